"""The application behind the demo's gateway, at a host of its own."""

import urllib.request

import pytest
from demo import Browser, Demo


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        yield demo


@pytest.fixture
def browser(demo):
    with Browser(demo) as browser:
        yield browser


def fields(browser, heading):
    """The rows of the table below a heading."""
    rows = browser.driver.find_elements("xpath", f"//h2[.='{heading}']/following-sibling::table[1]//tr")
    return {row.find_element("tag name", "th").text: row.find_element("tag name", "td").text for row in rows}


def test_the_application_knows_the_user_and_verifies_the_assertion(browser):
    browser.sign_in("demo-manager", browser.demo.application)
    assert browser.url == f"{browser.demo.application}/"
    assert "You are signed in as Carla Ceo, Organization Manager at acme." in browser.text
    assert browser.find(".verdict").text.startswith("Assertion verified\nSigned by the gateway at " + browser.demo.url)
    claims, received = (fields(browser, heading) for heading in ("What the assertion says", "Identity fields that arrived"))
    assert claims["iss"] == browser.demo.url and claims["aud"] == "reports" and claims["email_verified"] == "true"
    assert claims["sub"] == received["X-Forwarded-User"] == "demo-manager"
    assert claims["email"] == received["X-Forwarded-Email"] == "ceo@acme.example"
    assert received["X-Gatehouse-Role"] == "organization-manager" and received["X-Gatehouse-Organization"] == "acme"
    assert received["X-Forwarded-Groups"] == "everyone" and received["X-Forwarded-Preferred-Username"] == "empty"
    assert received["X-Gatehouse-Assertion"].startswith("a token of ")
    assert browser.problems() == []


def test_rules_of_the_application_decide_page_by_page(browser):
    browser.sign_in("demo-viewer", f"{browser.demo.application}/emea")
    assert browser.url == f"{browser.demo.application}/emea" and browser.find("h1").text == "EMEA reports"
    assert "Vic Viewer, Organization Viewer at acme" in browser.text and "Assertion verified" in browser.text
    browser.press("Finance reports")
    assert browser.find("h1").text == "You can't open this page of Reports"
    assert browser.url == f"{browser.demo.application}/finance" and "Vic" not in browser.text
    assert browser.find("a.primary").get_attribute("href") == f"{browser.demo.url}/account"
    with Browser(browser.demo) as manager:
        manager.sign_in("demo-manager", f"{browser.demo.application}/finance")
        assert manager.find("h1").text == "Finance reports" and "Assertion verified" in manager.text
        manager.press("EMEA reports")
        assert manager.find("h1").text == "You can't open this page of Reports"


def test_a_user_without_a_role_is_refused(browser):
    browser.sign_in("demo-stranger", browser.demo.application)
    assert browser.find("h1").text == "You can't open this page of Reports" and browser.url.startswith(browser.demo.application)


def test_a_public_page_needs_no_sign_in_and_passes_no_identity_on(browser):
    browser.open(f"{browser.demo.application}/public")
    assert browser.find("h1").text == "Public page"
    received = fields(browser, "Identity fields that arrived")
    assert len(received) == 9 and set(received.values()) == {"empty"}
    # Nothing of a session arrives there either.
    browser.sign_in("demo-viewer", browser.demo.application)
    browser.press("Public page")
    assert set(fields(browser, "Identity fields that arrived").values()) == {"empty"}


def test_the_home_page_leads_to_the_application_without_another_sign_in(browser):
    browser.sign_in("demo-viewer")
    browser.open("/")
    assert browser.find("h1").text == "Your applications"
    browser.press("Reports Acme Corporation")
    browser.until(lambda: browser.url == f"{browser.demo.application}/")
    assert "Vic Viewer" in browser.text and "Assertion verified" in browser.text


def test_signing_out_at_the_application_ends_the_session_everywhere(browser):
    browser.sign_in("demo-manager", browser.demo.application)
    browser.press("Sign out")
    assert browser.url.startswith(browser.demo.url) and browser.find("h1").text == "Sign out?"
    assert "for all applications behind it" in browser.text
    browser.press("Sign out")
    browser.until(lambda: browser.path.startswith("/auth/signed-out"))
    for place in (browser.demo.application, "/organizations/acme"):
        browser.open(place)
        browser.until(lambda: browser.all("button[value='demo-manager']"))


def test_without_the_gateway_the_application_believes_nothing(demo):
    with open(demo.configuration) as file:
        address = next(line for line in file if '"address"' in line).split('"')[3]
    fields = {"X-Forwarded-User": "demo-manager", "X-Gatehouse-Role": "organization-manager"}
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(f"{address}/finance", headers=fields), timeout=10)
    text = refused.value.read().decode()
    assert refused.value.code == 403 and "Assertion not verified" in text and "demo-manager" in text


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_page_explains_which_rule_decides_for_a_member(demo, script):
    demo.visit("demo-viewer")
    with Browser(demo, script=script) as browser:
        browser.sign_in("demo-manager", "/organizations/acme/upstreams")
        assert browser.find(".explained h2").text == "Reports"
        browser.press("Explain access to Reports")
        browser.find("#path").clear()
        browser.find("#path").send_keys("/finance/q3")
        option = next(o for o in browser.all("#member option") if o.text.startswith("Vic Viewer"))
        option.click()
        browser.press("Explain", ".explain-form")
        assert browser.find("h1").text == "Why Vic Viewer may not open this"
        deciding = next(item for item in browser.all(".explained li") if "this rule decides" in item.text)
        assert "/finance/*" in deciding.text and "Organization Viewer" in deciding.find_element("css selector", ".evidence").text
