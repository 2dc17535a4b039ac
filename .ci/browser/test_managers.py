"""Managers give others access: by invitation, with an email that a real mail server accepts, and by claim mappings."""

import sqlite3
import subprocess

import pytest
from demo import Browser, Demo
from gatehouse import BINARY
from mail_server import Mailbox
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

MANAGER, VIEWER, WITHOUT_ROLE = "demo-manager", "demo-viewer", "demo-stranger"


@pytest.fixture
def mailbox():
    with Mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def demo(mailbox):
    with Demo(smtp=mailbox.url) as demo:
        yield demo


@pytest.fixture
def manager(demo):
    with Browser(demo) as browser:
        browser.sign_in(MANAGER, "/organizations/acme/members")
        yield browser
        assert browser.problems() == []


def invite(browser, mailbox, address, role="organization-viewer"):
    count = len(mailbox.emails)
    browser.open(f"/organizations/acme/invitations/new?email={address}&role={role}")
    browser.press("Check before sending")
    if keep := [b for b in browser.all("button") if b.text == "Keep"]:
        browser.press(keep[0].get_attribute("aria-label"))
    browser.press("Send 1 invitation")
    browser.until(lambda: len(mailbox.emails) > count)
    return mailbox.link()


def test_an_invited_user_gets_an_email_accepts_and_has_the_role(demo, mailbox, manager):
    link = invite(manager, mailbox, "sam@elsewhere.example", "organization-manager")
    message = mailbox.latest()
    assert message["To"] == "sam@elsewhere.example" and message["Subject"] == "Invitation to Acme Corporation"
    assert message.get_body(("html",)) is not None
    manager.until(lambda: (manager.open("/organizations/acme/invitations"), "Sent" in manager.text)[1])
    with Browser(demo) as guest:
        guest.driver.get(link)
        assert guest.path == "/invitations/accept"
        assert "Join Acme Corporation" in guest.text and "s•••@elsewhere.example" in guest.text
        guest.screenshot("invitation")
        guest.press("Sign in with demo")
        guest.choose(WITHOUT_ROLE)
        assert guest.path == "/invitations/accept"
        guest.screenshot("accept")
        guest.press("Accept the invitation")
        assert guest.path == "/organizations/acme" and guest.role == "Organization Manager"
        # The link is used twice.
        guest.driver.get(link)
        assert "already used" in guest.text
        guest.screenshot("used")
    manager.open("/organizations/acme/invitations")
    assert "Accepted" in manager.text
    manager.open("/organizations/acme/members")
    assert "Invitation by Carla Ceo" in manager.text
    manager.screenshot("members")


def test_a_user_with_another_address_can_switch_accounts(demo, mailbox, manager):
    link = invite(manager, mailbox, "sam@elsewhere.example")
    with Browser(demo) as guest:
        guest.sign_in(VIEWER)
        guest.driver.get(link)
        assert "for another address" in guest.text and "v•••@acme.example" in guest.text
        guest.screenshot("wrong-account")
        guest.press("Sign in as someone else with demo")
        guest.choose(WITHOUT_ROLE)
        guest.press("Accept the invitation")
        assert guest.role == "Organization Viewer"
        # A viewer has no forms.
        guest.open("/organizations/acme/members")
        assert not guest.all("form[method=post][action*='/members']") and "Invite people" not in guest.text


def test_revoked_expired_and_invalid_links_are_reported(demo, mailbox, manager):
    revoked = invite(manager, mailbox, "a@elsewhere.example")
    manager.open("/organizations/acme/invitations")
    manager.find(".rows summary").click()
    manager.open(manager.find(".rows .danger").get_attribute("href").removeprefix(demo.url))
    manager.press("Revoke invitation of a@elsewhere.example")
    expired = invite(manager, mailbox, "b@elsewhere.example")
    with sqlite3.connect(demo.database, timeout=10) as store:
        store.execute("UPDATE invitation SET expires_at = 1 WHERE email = 'b@elsewhere.example'")
    with Browser(demo) as guest:
        for link, words in ((revoked, "was revoked"), (expired, "has expired"), (expired[:-9] + "AAAAAAAAA", "isn't valid")):
            guest.driver.get(link)
            assert words in guest.text
            guest.screenshot(words.replace(" ", "-"))


def test_sending_an_invitation_again_ends_the_old_link(demo, mailbox, manager):
    first = invite(manager, mailbox, "c@elsewhere.example")
    manager.open("/organizations/acme/invitations")
    manager.press("Send again for c@elsewhere.example")
    manager.until(lambda: len(mailbox.emails) == 2)
    with Browser(demo) as guest:
        guest.driver.get(first)
        assert "isn't valid" in guest.text
        guest.driver.get(mailbox.link())
        assert "Join Acme Corporation" in guest.text


def test_a_rule_drafted_from_an_access_request_gives_access(demo, manager):
    with Browser(demo) as guest:
        guest.sign_in(WITHOUT_ROLE)
        assert "don't have access to this organization" in guest.text
        manager.open("/organizations/acme/access-requests")
        manager.press("Explain Sam Stranger")
        assert "has no role" in manager.text and "Doesn't match" in manager.text
        manager.screenshot("explain")
        manager.open("/organizations/acme/access-requests")
        manager.press("Add a rule for Sam Stranger…")
        manager.press("Preview rule")
        assert "Preview: add rule 4" in manager.text and "sam@elsewhere.example" in manager.text
        manager.screenshot("preview")
        manager.press("Save rule")
        assert "Rule saved" in manager.text
        guest.open("/organizations/acme")
        assert guest.role == "Organization Viewer"


def test_the_audit_log_shows_events_filters_them_and_verifies(demo, mailbox, manager):
    invite(manager, mailbox, "d@elsewhere.example")
    manager.open("/organizations/acme/audit")
    assert "invited d@elsewhere.example as" in manager.text
    manager.screenshot("audit")
    Select(manager.find("#action")).select_by_value("sign_in")
    manager.find("#action").submit()
    manager.until(lambda: "invited" not in manager.text)
    assert "signed in with" in manager.find("#results").text
    verified = subprocess.run([BINARY, "audit", "verify", "--config", demo.configuration], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout


def test_an_invitation_is_made_and_accepted_with_the_keyboard_only(demo, mailbox, manager):
    def type_until(browser, element, *keys):
        """Presses Tab until the element has the focus, and types."""
        for _ in range(80):
            active = browser.driver.switch_to.active_element
            if active == element:
                active.send_keys(*keys)
                return
            active.send_keys(Keys.TAB)
        raise AssertionError("the keyboard does not reach the element")

    manager.open("/organizations/acme/invitations/new")
    type_until(manager, manager.find("#emails"), "sam@elsewhere.example")
    type_until(manager, manager.find("#role-viewer"), Keys.ARROW_DOWN)
    for name in ("Check before sending", "Keep", "Send 1 invitation"):
        manager.leave(lambda: type_until(manager, next(b for b in manager.all("button") if b.text == name), Keys.ENTER))
    manager.until(lambda: mailbox.emails)
    with Browser(demo) as guest:
        guest.driver.get(mailbox.link())
        type_until(guest, guest.find(".choices a"), Keys.ENTER)
        guest.until(lambda: guest.all(f"button[value='{WITHOUT_ROLE}']"))
        type_until(guest, guest.find(f"button[value='{WITHOUT_ROLE}']"), Keys.ENTER)
        guest.until(lambda: guest.path == "/invitations/accept")
        type_until(guest, next(b for b in guest.all("button") if b.text.startswith("Accept")), Keys.ENTER)
        guest.until(lambda: guest.path == "/organizations/acme")
        assert guest.role == "Organization Manager"


ACME_PAGES = [
    f"/organizations/acme/{page}"
    for page in ("members", "invitations", "access-requests", "claim-mappings", "claim-mappings/explain", "audit")
]


@pytest.mark.parametrize("path", [*ACME_PAGES, "/account"])
def test_pages_fit_a_dark_phone_and_work_without_javascript(demo, path):
    with Browser(demo, width=390, height=844, dark=True, script=False) as browser:
        browser.sign_in(MANAGER, path)
        assert browser.fits
        browser.screenshot("phone" + path.replace("/", "-"))
        for field in browser.all("input:not([type=hidden]), select, textarea"):
            assert browser.all(f"label[for='{field.get_attribute('id')}']"), field.get_attribute("id")
        for table in browser.all("table"):
            assert table.find_elements(By.TAG_NAME, "caption")
