"""The demo in headless Chromium, as users use it."""

import re
import urllib.parse

import pytest
from demo import Browser, Demo
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        yield demo


@pytest.fixture
def browser(demo):
    with Browser(demo) as browser:
        yield browser


def rows(browser):
    return [row.find_element(By.TAG_NAME, "th").text.splitlines()[0] for row in browser.all("tbody tr")]


def test_the_home_page_offers_sign_in(browser):
    browser.open("/")
    assert "Sign in" in browser.driver.title
    assert browser.find("label[for=email]").text == "Work email"
    browser.screenshot("sign-in")
    browser.find("#email").send_keys("ceo@acme.example", Keys.ENTER)
    browser.choose("demo-manager")
    # The manager may open an application too, so the home page lists both.
    assert browser.path == "/" and browser.find("h1").text == "Your applications"
    assert browser.problems() == []


def test_a_manager_sees_the_organization(browser):
    browser.sign_in("demo-manager")
    assert browser.path == "/organizations/acme"
    assert browser.role == "Organization Manager" and "Acme Corporation" in browser.text
    assert len(browser.all(".tile")) == 5 and len(browser.all(".tile .spark")) == 5
    assert len(rows(browser)) > 10
    assert browser.find("table caption").get_property("textContent") and browser.find("th[aria-sort]").text.startswith("Workspace")
    assert browser.problems() == []


def test_a_viewer_sees_a_read_only_notice(browser):
    browser.sign_in("demo-viewer")
    assert browser.role == "Organization Viewer" and "You have read-only access" in browser.text


@pytest.mark.parametrize("user, word", [("demo-unverified", "not verified"), ("demo-stranger", "sam@elsewhere.example")])
def test_a_user_without_a_role_sees_their_account_and_what_to_do(browser, user, word):
    browser.sign_in(user)
    assert "No access" in browser.driver.title and word in browser.text and "Use another account" in browser.text
    browser.screenshot(f"no-access-{user}")
    # The page does not reveal whether an organization exists.
    def shown():
        reference = browser.all("dd code")[-1].text
        return browser.text.replace(reference, "")

    text = shown()
    browser.open("/organizations/there-is-none")
    assert shown() == text


def test_search_sort_paging_and_export(browser):
    browser.sign_in("demo-manager")
    everything = rows(browser)
    browser.find("#q").send_keys("emea", Keys.ENTER)
    browser.until(lambda: "q=emea" in browser.path and 0 < len(rows(browser)) < len(everything))
    found = rows(browser)
    browser.driver.find_element(By.LINK_TEXT, "Workflows").click()
    browser.until(lambda: "sort=workflows" in browser.path)
    assert "q=emea" in browser.path and browser.find("th[aria-sort=descending]").text.startswith("Workflows")
    counts = [int(re.match(r"\d+", cell.text)[0]) for cell in browser.all("tbody td:nth-of-type(1)")]
    assert counts == sorted(counts, reverse=True)
    export = browser.find("a[download]").get_attribute("href")
    script = "return fetch(arguments[0]).then(r => r.text().then(t => [r.status, r.headers.get('content-type'), t]))"
    status, kind, text = browser.driver.execute_script(script, export)
    assert status == 200 and kind.startswith("text/csv") and len(text.splitlines()) == len(found) + 1
    browser.open("/organizations/acme?limit=5")
    first = rows(browser)
    browser.driver.find_element(By.PARTIAL_LINK_TEXT, "Next").click()
    browser.until(lambda: "page=2" in browser.path)
    assert len(first) == 5 and not set(first) & set(rows(browser))
    assert "6–10 of 36" in browser.text
    browser.driver.find_element(By.LINK_TEXT, "Previous").click()
    browser.until(lambda: rows(browser) == first)
    browser.driver.find_element(By.PARTIAL_LINK_TEXT, "Grew in 30 days").click()
    browser.until(lambda: "filter=grew" in browser.path)
    assert all("+" in cell.text for cell in browser.all("tbody td:nth-of-type(1)"))
    browser.open("/organizations/acme?q=nothing-is-called-this")
    assert "No workspaces match" in browser.text
    assert browser.problems() == []


def test_a_sign_out_ends_both_sessions_and_going_back_shows_no_page(browser):
    browser.sign_in("demo-manager")
    browser.sign_out()
    assert "You are signed out" in browser.text
    browser.screenshot("signed-out")
    browser.driver.back()
    browser.driver.back()
    browser.driver.get(browser.demo.url + "/organizations/acme")
    # The provider's session has ended too: it asks again.
    browser.until(lambda: "authorize" in browser.driver.current_url)
    assert "ceo@acme" not in browser.find("h1").text
    assert browser.driver.get_cookie("gatehouse") is None


def test_pages_are_not_shown_from_the_back_forward_cache_after_a_sign_out(browser):
    browser.sign_in("demo-manager")
    browser.sign_out()
    for _ in range(4):
        browser.driver.back()
        assert len(browser.all("tbody tr")) == 0


def test_two_tabs_sign_in_at_once(browser):
    driver = browser.driver
    browser.open("/organizations/acme?sort=runners&order=desc")
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    browser.open("/organizations/acme?q=soc")
    browser.choose("demo-manager")
    assert browser.path == "/organizations/acme?q=soc"
    driver.switch_to.window(first)
    browser.choose("demo-manager")
    assert browser.path == "/organizations/acme?sort=runners&order=desc"
    driver.switch_to.window(driver.window_handles[1])
    driver.refresh()
    assert "Acme Corporation" in browser.text


def test_fetch_without_a_session_gets_401(browser):
    browser.open("/auth/signed-out")
    script = "return fetch(arguments[0], {redirect: 'manual'}).then(r => r.status)"
    for path in ("/organizations/acme", "/api/v1/me", "/api/v1/organizations/acme/summary"):
        assert browser.driver.execute_script(script, path) == 401


def test_pages_work_without_javascript(demo):
    with Browser(demo, script=False) as browser:
        browser.sign_in("demo-manager")
        browser.search("emea")
        assert "q=emea" in browser.path and rows(browser)
        browser.sign_out()


def test_the_keyboard_reaches_every_control(browser):
    browser.sign_in("demo-manager")
    seen = []
    for _ in range(30):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        element = browser.driver.switch_to.active_element
        seen.append(element.text or element.get_attribute("name") or "")
    assert seen[0] == "Skip to the content"
    assert "q" in seen and "owner" in seen and "Invite people" in seen
    outline = browser.driver.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    # A menu opens with Enter, closes with Escape, and gives the focus back.
    summary = browser.find(".account summary")
    summary.send_keys(Keys.ENTER)
    button = browser.find(".account button")
    browser.until(button.is_displayed)
    browser.find(".account a").send_keys(Keys.ESCAPE)
    browser.until(lambda: not button.is_displayed())
    assert browser.driver.switch_to.active_element == summary


def test_charts_and_workspaces_open_from_the_overview(browser):
    browser.sign_in("demo-manager")
    browser.find(".tile").click()
    browser.until(lambda: browser.path.startswith("/organizations/acme/usage"))
    assert len(browser.all("svg.chart.wide-only")) == 5 and len(browser.all(".usage table")) == 5
    browser.driver.find_element(By.LINK_TEXT, "Month").click()
    browser.until(lambda: "interval=month" in browser.path)
    assert "so far" in browser.text
    browser.open("/organizations/acme")
    name = rows(browser)[0]
    browser.find("tbody th a").click()
    browser.until(lambda: "/workspaces/" in browser.path)
    assert browser.find("h1").text == name and "How the workflow figures are counted" in browser.text
    browser.find(".people a").click()
    browser.until(lambda: "owner=" in browser.path)
    assert name in rows(browser)
    assert browser.problems() == []


def test_a_search_while_typing_keeps_the_focus(browser):
    browser.sign_in("demo-manager")
    browser.find("#q").send_keys("em")
    browser.until(lambda: "q=em" in browser.path)
    browser.until(lambda: browser.driver.switch_to.active_element.get_attribute("id") == "q")
    browser.driver.switch_to.active_element.send_keys("ea")
    browser.until(lambda: "q=emea" in browser.path)


@pytest.mark.parametrize("width, dark", [(1280, False), (1280, True), (390, False), (390, True)])
def test_pages_fit_in_light_and_dark_and_on_a_phone(demo, width, dark):
    with Browser(demo, width=width, height=844, dark=dark) as browser:
        name = f"{width}-{'dark' if dark else 'light'}"
        browser.open("/")
        assert browser.fits
        browser.screenshot(f"start-{name}")
        browser.sign_in("demo-manager")
        assert browser.fits
        ground = browser.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        light = sum(int(part) for part in ground[4:-1].split(",")) > 382
        assert light != dark
        browser.screenshot(f"organization-{name}")
        browser.open("/organizations/none")
        assert browser.fits
        browser.screenshot(f"refused-{name}")


def test_a_return_url_of_another_site_is_ignored(browser):
    browser.open("/auth/login?return_to=" + urllib.parse.quote("//evil.example/"))
    browser.choose("demo-manager")
    assert browser.path == "/"


def test_a_sign_in_cancelled_at_the_provider_is_explained(browser):
    browser.open("/organizations/acme")
    browser.until(lambda: browser.all("button[value='']"))
    browser.find("button[value='']").click()
    browser.until(lambda: browser.path.startswith("/auth/callback/demo"))
    assert "denied the sign-in" in browser.text and "Sign in again" in browser.text
