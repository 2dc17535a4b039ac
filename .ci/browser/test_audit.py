"""The audit log, the account page with time zones, and the sign-in page."""

import json
import subprocess
import urllib.request

import pytest
from demo import Browser, Demo
from gatehouse import BINARY
from selenium.webdriver.common.by import By

AUDIT = "/organizations/acme/audit"
MANAGER, VIEWER, UNVERIFIED = "demo-manager", "demo-viewer", "demo-unverified"


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        yield demo


@pytest.fixture(scope="module")
def manager(demo):
    with Browser(demo) as browser:
        browser.sign_in(MANAGER)
        yield browser


def call(demo, method, path, document=None):
    request = urllib.request.Request(
        f"{demo.url}/api/v1{path}", method=method, data=None if document is None else json.dumps(document).encode(),
        headers={"Authorization": f"Bearer {demo.told['tokens']['manager']}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or "null")


def viewer(demo):
    """The identity of the viewer, after a sign-in."""
    with Browser(demo) as browser:
        browser.sign_in(VIEWER)
    members = call(demo, "GET", "/organizations/acme/members")["items"]
    return next(member["identity_id"] for member in members if member["subject"] == VIEWER)


def sentences(browser):
    """The sentences of the events. One call reads them all, since the script may replace them meanwhile."""
    return browser.driver.execute_script(
        "return [...document.querySelectorAll('.event > div > p:first-child')].map((part) => part.innerText.trim())")


def test_events_are_sentences_with_linked_actor_and_target(demo, manager):
    target = viewer(demo)
    call(demo, "PUT", f"/organizations/acme/suspensions/{target}", {})
    call(demo, "DELETE", f"/organizations/acme/suspensions/{target}")
    manager.open(AUDIT)
    told = sentences(manager)
    assert "Carla Ceo suspended Vic Viewer" in told and "Carla Ceo reinstated Vic Viewer" in told
    manager.go(manager.driver.find_element(By.LINK_TEXT, "Vic Viewer"))
    assert f"target={target}" in manager.path
    assert all("Vic Viewer" in sentence for sentence in sentences(manager)) and sentences(manager)
    # The filter is shown by the user's name, and can be removed.
    assert manager.find(".active-filters").text.split() == ["Target:", "Vic", "Viewer"]
    manager.go(manager.find(".active-filters a"))
    assert manager.path == AUDIT and not manager.all(".active-filters")


def test_a_change_of_a_rule_is_a_difference_and_its_rank_is_that_of_the_rules_page(demo, manager):
    rule = call(demo, "POST", "/organizations/acme/claim-mappings",
                {"claim_name": "groups", "claim_value": "secops", "role": "organization-viewer"})
    call(demo, "PATCH", f"/organizations/acme/claim-mappings/{rule['id']}", {"claim_value": "secops-*", "match": "glob"})
    manager.open(f"{AUDIT}?target={rule['id']}")
    assert sentences(manager) == [f"Carla Ceo changed rule {rule['rank']}", f"Carla Ceo added rule {rule['rank']}"]
    change = manager.find(".event .line")
    assert change.find_element(By.TAG_NAME, "del").text.split() == ["groups", "is", "secops"]
    assert change.find_element(By.TAG_NAME, "ins").text.split() == ["groups", "matches", "pattern", "secops-*"]
    assert "{" not in manager.find("#results").text


def test_an_impostor_is_marked_in_the_log(demo, manager):
    with Browser(demo) as browser:
        browser.open("/auth/login?organization=acme")
        browser.choose(UNVERIFIED)
    manager.open(f"{AUDIT}?q={UNVERIFIED}")
    event = manager.find(".event > div > p")
    assert event.text.startswith("Una Unverified") and "Email not verified" in event.text and "Denied" in event.text
    # The manager with the same address is not marked.
    manager.open(f"{AUDIT}?q={MANAGER}&action=sign_in")
    assert "not verified" not in manager.find("#results").text


def test_one_search_finds_actors_and_targets_while_the_user_types(demo, manager):
    manager.open(AUDIT)
    length = manager.driver.execute_script("return history.length")
    manager.find("#q").send_keys("vic VIEWER")
    manager.until(lambda: sentences(manager) and all("Vic Viewer" in sentence for sentence in sentences(manager)))
    assert manager.driver.execute_script("return history.length") == length
    # The export keeps the search that was typed.
    assert all("q=vic+VIEWER" in link.get_attribute("href") or "q=vic%20VIEWER" in link.get_attribute("href")
               for link in manager.all(".head .export a"))
    manager.find("#q").send_keys(" absent")
    manager.until(lambda: "No events match these filters" in manager.text)
    manager.go(manager.driver.find_element(By.LINK_TEXT, "Clear filters"))
    assert manager.path == AUDIT and len(sentences(manager)) > 1


def test_the_last_day_is_included_and_a_faulty_day_stands_at_its_field(demo, manager):
    manager.open(AUDIT)
    today = manager.find(".events tbody:nth-of-type(1) time").get_attribute("datetime")[:10]
    shown = len(manager.all(".events tbody:nth-of-type(1) .event"))
    manager.open(f"{AUDIT}?from={today}&to={today}")
    assert len(manager.all(".event")) >= shown > 0
    manager.open(f"{AUDIT}?from=2026-11-20&to=2026-11-01")
    assert manager.find("#to-fault").text == "The last day is before the first one."
    assert manager.find("#to").get_attribute("value") == "2026-11-01"


def test_claims_are_folded(demo, manager):
    manager.open(f"{AUDIT}?q={MANAGER}&action=sign_in")
    folded = manager.find(".event details")
    assert not manager.find(".event dl").is_displayed()
    folded.find_element(By.TAG_NAME, "summary").click()
    assert "email_verified" in manager.find(".event dl").text and "Request" in manager.find(".event dl").text


def test_pages_of_the_log_are_linked_and_sized(demo, manager):
    rules = "/organizations/acme/claim-mappings"
    for number in range(30):
        call(demo, "POST", rules, {"claim_name": "groups", "claim_value": f"page-{number}", "role": "organization-viewer"})
    manager.open(f"{AUDIT}?action=claim_mapping_create&limit=25")
    assert manager.find(".pager p").text.startswith("1–25 of 3")
    first = sentences(manager)
    manager.go(manager.find("a[rel=next]"))
    assert manager.find(".pager p").text.startswith("26–3") and sentences(manager) != first
    manager.go(manager.find("a[rel=prev]"))
    assert sentences(manager) == first


@pytest.mark.parametrize("script", [True, False])
def test_a_time_zone_holds_on_every_page_with_utc_in_the_tooltip(demo, script):
    with Browser(demo, script=script) as browser:
        browser.sign_in(VIEWER)
        assert "Times in UTC" in browser.find("footer").text
        browser.go(browser.driver.find_element(By.CSS_SELECTOR, "footer a"))
        assert browser.path == "/account#zone"
        field = browser.find("#time_zone")
        # The script has filled in the browser's zone.
        assert field.get_attribute("value") == ("UTC" if script else "")
        field.clear()
        field.send_keys("Asia/Kolkat")
        browser.find("form .primary").click()
        browser.until(lambda: browser.all("#zone-fault"))
        assert browser.find("#zone-fault").text == "No time zone has this name. Choose one from the list."
        assert browser.find("#time_zone").get_attribute("value") == "Asia/Kolkat"
        browser.find("#time_zone").clear()
        browser.find("#time_zone").send_keys("Asia/Kolkata")
        browser.find("form .primary").click()
        browser.until(lambda: "Time zone saved." in browser.text)
        browser.open("/organizations/acme")
        assert "Times in Asia/Kolkata (UTC+5:30)" in browser.find("footer").text
        assert browser.find("time").get_attribute("title").endswith(" UTC")
        browser.open("/account")
        browser.find("#time_zone").clear()
        browser.find("form .primary").click()
        browser.until(lambda: "Time zone saved." in browser.text)


def test_other_sessions_end_after_a_question(demo):
    with Browser(demo) as one, Browser(demo) as other:
        one.sign_in(VIEWER)
        other.sign_in(VIEWER)
        one.open("/account")
        assert "This session" in one.find("#sessions ~ *, .entries").text or "This session" in one.text
        one.go(one.driver.find_element(By.LINK_TEXT, "End all other sessions…"))
        assert one.heading.text == "End all other sessions?" and "will end" in one.text
        other.open("/organizations/acme")
        assert other.find("h1").text == "Overview"
        one.find("button.destructive").click()
        one.until(lambda: "All other sessions have ended." in one.text)
        assert len(one.all("#sessions")) == 1 and "Chrome" in one.text
        # The other browser is told so, and returns to its page after the sign-in.
        other.open("/organizations/acme/members")
        assert "Your session has ended. Sign in to continue." in other.text
        other.find(".choices a").click()
        other.until(lambda: other.path == "/organizations/acme/members")


def test_a_form_of_an_ended_session_is_kept_and_sent_again_after_the_sign_in(demo):
    with Browser(demo) as one, Browser(demo) as other:
        one.sign_in(VIEWER)
        other.sign_in(VIEWER)
        one.open("/account")
        other.open("/account?confirm=end_others")
        other.find("button.destructive").click()
        other.until(lambda: "All other sessions have ended." in other.text)
        one.find("#time_zone").clear()
        one.find("#time_zone").send_keys("Asia/Kolkata")
        one.find("form .primary").click()
        one.until(lambda: "Your session has ended" in one.text)
        kept = one.driver.current_window_handle
        one.driver.switch_to.new_window("tab")
        one.open("/account")
        for choice in one.all(".choices a"):
            choice.click()
        one.until(lambda: one.path == "/account")
        one.driver.switch_to.window(kept)
        for title in ("Your session has ended", "Send this again?"):
            assert one.find("h1").text == title
            one.find(".narrow form button").click()
            one.until(lambda: one.all("h1") and one.find("h1").text != title)
        assert "Times in Asia/Kolkata" in one.text


def test_a_faulty_address_stands_at_its_field_and_is_kept(demo):
    with Browser(demo) as browser:
        browser.open("/auth/login?ended=1")
        assert not browser.all("header") and browser.find(".mark").size["width"] == 44
        assert browser.driver.switch_to.active_element == browser.find("#email")
        browser.find("#email").send_keys("carla@acme")
        browser.find("button.primary").click()
        browser.until(lambda: browser.all("#email-fault"))
        assert browser.find("#email-fault").text == "Enter a full email address, such as you@company.com."
        assert browser.find("#email").get_attribute("value") == "carla@acme"
        assert browser.driver.title.startswith("1 error")
        assert browser.find(".choices a").text.startswith("Continue with ")


def test_the_log_fits_a_phone_with_results_first(demo):
    with Browser(demo, width=390, height=844) as browser:
        browser.sign_in(MANAGER, AUDIT)
        assert browser.fits
        assert browser.find(".event").location["y"] < 400
        assert not browser.find("#action").is_displayed()
        browser.find("label.more-filters").click()
        assert browser.find("#action").is_displayed() and browser.find("#to").is_displayed()
        browser.open("/account")
        assert browser.fits


def test_the_log_verifies(demo, manager):
    verified = subprocess.run([BINARY, "audit", "verify", "--config", demo.configuration], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout
    assert manager.problems() == []
