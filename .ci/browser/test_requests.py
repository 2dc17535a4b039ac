"""Access requests: who signed in without a role, what a manager does about it, and what the user sees."""

import pytest
from demo import Browser, Demo
from gallery import ACME, MANAGER, STRANGER, UNVERIFIED
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

REQUESTS = f"{ACME}/access-requests"


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        demo.visit(STRANGER, UNVERIFIED)
        yield demo


@pytest.fixture
def manager(demo):
    with Browser(demo, width=1440) as browser:
        browser.sign_in(MANAGER, REQUESTS)
        yield browser
        assert browser.problems() == []


def row(browser, name):
    return next(r for r in browser.all(".requests tbody tr") if name in r.text)


def tab_count(browser):
    pills = browser.all(".tabs .pill")
    return pills[0].text.split()[0] if pills else None


def test_requests_have_a_tab_of_their_own_with_a_count_on_every_page(manager):
    for page in ("", "/usage", "/members", "/access-requests", "/claim-mappings", "/audit"):
        manager.open(ACME + page)
        assert tab_count(manager) == "2", page
    titles = [link.text.split("\n")[0] for link in manager.all(".tabs a")]
    assert titles.index("Access requests") == titles.index("Members") + 1 == titles.index("Claim rules") - 1
    manager.open(f"{ACME}/claim-mappings")
    assert "sam@elsewhere.example" not in manager.text


def test_an_impostor_does_not_look_like_the_boss(manager):
    impostor = row(manager, "Una Unverified")
    assert "Email not verified" in impostor.text and impostor.find_element(By.CSS_SELECTOR, ".avatar").text == "?"
    assert impostor.find_element(By.CSS_SELECTOR, ".doubtful").text == "ceo@acme.example"
    bar = "return getComputedStyle(arguments[0]).boxShadow"
    assert "inset" in manager.driver.execute_script(bar, impostor.find_element(By.TAG_NAME, "th"))
    for part in ("demo", "demo…fied", "Rule 1 asks for this address, but it doesn't count", "another account, at demo"):
        assert part in impostor.text
    # Neither an invitation nor a rule is one click away.
    buttons = [b.text for b in impostor.find_elements(By.CSS_SELECTOR, ".steps > div > button, .steps > div > a, .steps summary") if b.text]
    assert buttons == ["Explain", "Dismiss"]
    stranger = row(manager, "Sam Stranger")
    assert "Email not verified" not in stranger.text
    buttons = [b.text for b in stranger.find_elements(By.CSS_SELECTOR, ".steps > div > button, .steps > div > a, .steps summary") if b.text]
    assert buttons == ["Explain", "Invite as…", "Add a rule…"]
    manager.screenshot("requests")


def test_a_request_leads_to_an_invitation_a_rule_and_an_explanation(manager):
    stranger = row(manager, "Sam Stranger")
    stranger.find_element(By.CSS_SELECTOR, ".invite summary").click()
    roles = [button.text for button in stranger.find_elements(By.CSS_SELECTOR, ".invite button")]
    assert roles == ["Organization Viewer…", "Organization Manager…"]
    manager.press("Organization Manager…")
    assert manager.path.endswith("/invitations/new?role=organization-manager&email=sam%40elsewhere.example")
    assert manager.find("#emails").get_property("value") == "sam@elsewhere.example"
    manager.driver.back()
    stranger = row(manager, "Sam Stranger")
    rule = next(a for a in stranger.find_elements(By.TAG_NAME, "a") if a.text == "Add a rule…").get_attribute("href")
    assert "/claim-mappings?add=1&request=" in rule
    manager.go(next(a for a in stranger.find_elements(By.TAG_NAME, "a") if a.text == "Explain"))
    assert "explain?denied=" in manager.path and "Sam" in manager.text or "sam@elsewhere.example" in manager.text
    manager.driver.get(rule)
    assert any("sam@elsewhere.example" in (field.get_property("value") or "") for field in manager.all("input"))


def test_a_dismissal_names_the_user_and_is_undone(manager):
    stranger = row(manager, "Sam Stranger")
    stranger.find_element(By.CSS_SELECTOR, ".row-actions summary").click()
    manager.go(next(b for b in stranger.find_elements(By.TAG_NAME, "button") if b.text == "Dismiss"))
    assert "The request of Sam Stranger was dismissed." in manager.find(".notice").text and tab_count(manager) == "1"
    assert all("Sam Stranger" not in r.text for r in manager.all(".requests tbody tr"))
    manager.screenshot("request-dismissed")
    manager.go(next(b for b in manager.all(".notice button") if b.text == "Undo"))
    assert "is open again" in manager.find(".notice").text and row(manager, "Sam Stranger") and tab_count(manager) == "2"
    # Dismissed once more, and reopened from the list of dismissed requests.
    menu = row(manager, "Sam Stranger")
    menu.find_element(By.CSS_SELECTOR, ".row-actions summary").click()
    manager.go(next(b for b in menu.find_elements(By.TAG_NAME, "button") if b.text == "Dismiss"))
    manager.open(f"{REQUESTS}?state=dismissed")
    manager.go(next(b for b in manager.all(".steps button") if b.text == "Reopen"))
    assert "No dismissed requests" in manager.text
    manager.open(REQUESTS)
    assert row(manager, "Sam Stranger")


def test_who_has_a_role_by_now_leaves_the_list(manager):
    manager.open(f"{ACME}/claim-mappings")
    token = manager.find("input[name=csrf_token]").get_property("value")
    rule = manager.driver.execute_async_script(
        """
        const done = arguments[1];
        fetch("/api/v1/organizations/acme/claim-mappings", {method: "POST", headers: {
            "Content-Type": "application/json", "X-CSRF-Token": arguments[0]}, body: JSON.stringify({
            claim_name: "email", claim_value: "sam@elsewhere.example", match: "equals", role: "organization-viewer"})})
          .then(answer => answer.json()).then(done)
        """, token)
    manager.open(REQUESTS)
    assert all("Sam Stranger" not in r.text for r in manager.all(".requests tbody tr")) and tab_count(manager) == "1"
    manager.driver.execute_async_script(
        """
        const done = arguments[2];
        fetch("/api/v1/organizations/acme/claim-mappings/" + arguments[1], {
            method: "DELETE", headers: {"X-CSRF-Token": arguments[0]}}).then(done)
        """, token, rule["id"])
    manager.open(REQUESTS)
    assert row(manager, "Sam Stranger") and tab_count(manager) == "2"


def test_a_search_finds_a_user_without_a_new_page(manager):
    manager.driver.execute_script("window.isSame = true")
    manager.find("#q").send_keys("stranger")
    manager.until(lambda: len(manager.all(".requests tbody tr")) == 1)
    assert manager.driver.execute_script("return window.isSame") and "1 of 2" in manager.text
    manager.find("#q").send_keys("xyz", Keys.ENTER)
    manager.until(lambda: "No requests match" in manager.text)


def test_the_first_request_of_a_phone_is_above_the_fold(demo):
    with Browser(demo, width=390, height=844) as browser:
        browser.sign_in(MANAGER, REQUESTS)
        assert browser.find(".requests tbody tr").rect["y"] < 500


def test_everything_works_without_javascript(demo):
    with Browser(demo, script=False) as browser:
        browser.sign_in(MANAGER, REQUESTS)
        browser.go(row(browser, "Una Unverified").find_element(By.CSS_SELECTOR, ".steps button"))
        assert "The request of Una Unverified was dismissed." in browser.text
        browser.go(browser.find(".notice button"))
        assert row(browser, "Una Unverified")
        browser.search("una")
        assert len(browser.all(".requests tbody tr")) == 1


def test_a_refused_user_sees_their_details_and_can_check_again(demo):
    with Browser(demo) as browser:
        browser.sign_in(UNVERIFIED)
        assert "You don't have access to this organization" in browser.text
        shown = {line.find_element(By.TAG_NAME, "dt").text: line.find_element(By.TAG_NAME, "dd").text
                 for line in browser.all(".facts > div")}
        assert list(shown) == [
            "Name", "Email", "Groups", "Provider", "User ID at the provider", "Signed in", "Reason", "Reference"]
        assert "ceo@acme.example" in shown["Email"] and "Email not verified" in shown["Email"]
        assert shown["User ID at the provider"] == UNVERIFIED and shown["Reason"] == "Your email address isn't verified"
        # No rule is disclosed, and no organization.
        assert "acme-soc" not in browser.text and "Acme" not in browser.text
        browser.go(next(b for b in browser.all("button") if b.text == "Check again"))
        assert browser.path.rstrip("?") == ACME and "Una Unverified" in browser.text
        browser.go(next(b for b in browser.all("main button") if b.text == "Use another account"))
        assert "/organizations" not in browser.path
