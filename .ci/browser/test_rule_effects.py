"""What a manager is told of rules: whom they cannot judge, what sign-ins carry, who changed a rule, and how to undo."""

import sqlite3

import pytest
from demo import Browser, Demo
from gallery import MANAGER, RULES, STRANGER, UNVERIFIED, denied, identity, prepare
from test_rules import add, conditions, fill

AUDIT = "/organizations/acme/audit"


@pytest.fixture
def demo():
    with Demo() as demo:
        prepare(demo)
        yield demo


@pytest.fixture
def manager(demo):
    with Browser(demo, width=1440) as browser:
        browser.sign_in(MANAGER, RULES)
        yield browser
        assert browser.problems() == []


def change(demo, statement):
    with sqlite3.connect(demo.database, timeout=10) as store:
        assert store.execute(statement).rowcount > 0


def test_people_whose_sign_in_cannot_be_read_are_never_called_unchanged(demo, manager):
    change(demo, f"UPDATE person_seen SET claims = x'00' WHERE subject IN ('{STRANGER}', '{UNVERIFIED}')")
    fill(manager, "groups", "everyone")
    assert "2 people can't be evaluated: their last sign-in can't be read." in manager.find(".notice.caution").text
    named_people = manager.find("section[aria-labelledby=unknown]").text
    assert "Sam Stranger" in named_people and "Una Unverified" in named_people and "Email not verified" in named_people
    manager.screenshot("preview-unreadable")
    manager.open(f"{RULES}/explain?member={identity(demo, 'sam@elsewhere.example')}")
    assert manager.find("h1").text == "Whether Sam Stranger has a role isn't known"
    assert "Ask Sam Stranger to sign in again" in manager.text and "No rule matches" not in manager.text
    manager.screenshot("explain-unreadable")
    with Browser(demo) as stranger:
        stranger.sign_in(STRANGER)
    manager.open(f"{RULES}/explain?member={identity(demo, 'sam@elsewhere.example')}")
    assert manager.find("h1").text == "Why Sam Stranger has no role"


@pytest.mark.parametrize("width", [1440, 390])
def test_claims_and_values_of_sign_ins_fill_in_the_forms(demo, width):
    with Browser(demo, width=width, height=844) as browser:
        browser.sign_in(MANAGER, f"{RULES}?add=1")
        browser.press("groups")
        browser.press("everyone")
        assert browser.find("#claim_value").get_attribute("value") == "everyone"
        assert "carry groups = everyone. You see them before anything is saved." in browser.find(".carriers").text
        browser.screenshot(f"rule-suggestions-{width}")
        browser.press("Preview rule")
        assert browser.find("h1").text.startswith("Preview: add rule")
        browser.open("/organizations/acme/invitations/new?by=claim")
        browser.press("groups")
        browser.press("everyone")
        assert "carry groups = everyone" in browser.find(".carriers").text
        assert browser.driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
        browser.screenshot(f"invite-suggestions-{width}")
        browser.press("Preview rule")
        assert browser.find("#claim_value").get_attribute("value") == "everyone"


def test_a_removal_is_undone_until_the_rules_change(demo, manager):
    add(manager, "groups", "one")
    add(manager, "groups", "two")
    author = manager.find(".rule-table .author").text
    assert "Carla Ceo" in author and "ceo@acme.example" in author and "Added" in author
    before = conditions(manager)
    manager.named("Actions on rule 4").click()
    manager.press("Remove…")
    manager.press("Remove rule 4")
    removed = manager.path
    manager.screenshot("rule-removed")
    manager.press("Undo: restore rule 4")
    assert "Rule restored. It's in effect now." in manager.find(".notice").text and conditions(manager) == before
    # The notice of the removal no longer offers what has been done.
    manager.open(removed)
    assert not [b for b in manager.all(".notice button") if b.text == "Undo"]
    manager.open(f"{RULES}?done=removed&event=1")
    assert not manager.all(".notice")
    manager.open(AUDIT)
    assert "restored" in manager.find(".event").text


def test_the_panel_closes(manager):
    manager.open(f"{RULES}?add=1")
    manager.press("Close")
    assert not manager.all(".rule-panel") and manager.path == RULES


def test_the_log_explains_denied_sign_ins_and_says_what_it_does_not_know(demo, manager):
    manager.open(f"{AUDIT}?q={STRANGER}&action=sign_in")
    manager.go(next(a for a in manager.all(".event a") if a.text.startswith("Explain this sign-in")))
    assert manager.find("h1").text == "Why Sam Stranger has no role" and denied(demo, STRANGER) in manager.path
    manager.press("Access requests")
    assert "/access-requests" in manager.path
    change(demo, """UPDATE audit_event SET event = CAST(replace(CAST(event AS TEXT),
        '"actor_email_verified":"true",', '') AS BLOB) WHERE action = 'sign_in'""")
    manager.open(f"{AUDIT}?q={STRANGER}&action=sign_in")
    assert "Email verification unknown" in manager.find(".event").text
