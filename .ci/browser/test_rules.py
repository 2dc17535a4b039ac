"""Claim rules: the list, the form beside it, previews and removals; and explanations of access."""

import pytest
from demo import Browser, Demo
from gallery import MANAGER, RULES, STRANGER, UNVERIFIED, VIEWER, denied, identity, prepare
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select


def visited():
    """A demo to which users with and without a role have signed in."""
    with Demo() as demo:
        prepare(demo)
        yield demo


@pytest.fixture
def demo():
    yield from visited()


@pytest.fixture(scope="module")
def shared():
    """For tests that do not depend on the rules of others."""
    yield from visited()


@pytest.fixture
def manager(demo):
    with Browser(demo, width=1440) as browser:
        browser.sign_in(MANAGER, RULES)
        yield browser
        # The browser reports refused forms, and nothing else.
        assert [p for p in browser.problems() if "422 (Unprocessable" not in p] == []


def fill(browser, claim, value, comparison="is", role="Organization Viewer", path=f"{RULES}?add=1"):
    browser.open(path)
    for field, text in (("#claim_name", claim), ("#claim_value", value)):
        browser.find(field).clear()
        browser.find(field).send_keys(text)
    Select(browser.find("#match")).select_by_visible_text(comparison)
    Select(browser.find("#role")).select_by_visible_text(role)
    browser.press("Preview rule")


def add(browser, *rule, **more):
    fill(browser, *rule, **more)
    if browser.all("#understood"):
        browser.find("#understood").click()
    browser.press("Save rule")
    assert "Rule saved. It's in effect now." in browser.text


def conditions(browser):
    return [row.text.replace("\n", " ") for row in browser.all(".rule-table tbody .condition")]


def test_an_impostor_is_marked_and_a_rule_for_them_needs_a_second_step(demo, manager):
    manager.open(f"{RULES}?add=1&request={denied(demo, UNVERIFIED)}")
    assert "hasn't verified this email address" in manager.find(".notice").text
    assert "Email not verified" in manager.find(".rule-panel .person").text
    manager.press("Preview rule")
    person = manager.find(".effect-list li")
    assert "Email not verified" in person.text and UNVERIFIED[-4:] in person.text
    assert person.value_of_css_property("box-shadow") != "none"
    # The browser does not send the form without the statement, nor does the server accept it.
    manager.find(".save-rule .primary").click()
    assert "Preview" in manager.driver.title and not manager.all(".fault")
    manager.driver.execute_script("document.querySelector('#understood').required = false")
    manager.press("Save rule")
    assert "Confirm this before you save." in manager.find(".fault").text
    assert manager.driver.title.startswith("1 error · Preview")
    manager.find("#understood").click()
    manager.press("Save rule")
    assert "Rule saved. It's in effect now." in manager.find(".notice").text


def test_a_removal_asks_first_and_names_the_consequences(demo, manager):
    add(manager, "email", "sam@elsewhere.example")
    with Browser(demo) as guest:
        guest.sign_in(STRANGER)
        assert guest.role == "Organization Viewer"
        manager.named("Actions on rule 4").click()
        manager.press("Remove…")
        assert manager.heading.text == "Remove rule 4?" and "1 person loses access." in manager.text
        assert "Sam Stranger" in manager.text and len(manager.all("dialog .primary, dialog .destructive")) == 1
        manager.screenshot("rule-removal")
        guest.open("/organizations/acme")
        assert guest.role == "Organization Viewer"
        manager.press("Remove rule 4")
        assert "Rule removed." in manager.find(".notice").text and len(conditions(manager)) == 3
        guest.open("/organizations/acme")
        assert "don't have access" in guest.text
    manager.named("Dismiss").click()
    assert not manager.all(".notice")


def test_an_explanation_shows_what_arrived_and_marks_what_differs(demo, manager):
    add(manager, "groups", "Everyone", role="Organization Manager")
    manager.open(f"{RULES}/explain?denied={denied(demo, STRANGER)}")
    assert manager.find("h1").text == "Why Sam Stranger has no role"
    assert "No rule matches; one almost does" in manager.text
    rules = manager.all(".explained li")
    assert len(rules) == 4 and all("Arrived" in rule.text for rule in rules)
    near = rules[3]
    assert "Almost matches" in near.text and "1 character differs, only in upper and lower case." in near.text
    marks = [mark.text for mark in manager.all(".explained mark")]
    assert marks == ["e", "E"]
    left = [value.rect["x"] for value in manager.all(".explained li.near .value")[:2]]
    assert left[0] == left[1]
    assert "8 technical claims hidden" in manager.text and "at_hash" not in manager.text
    manager.find(".technical summary").click()
    assert "at_hash" in manager.text
    manager.screenshot("explain-denied")
    # The ways to let the user in: an invitation, and a rule with the value that arrived.
    manager.named("Invite as…").click()
    roles = [a for a in manager.all(".invite-as a") if a.is_displayed()]
    assert [a.text for a in roles] == ["Organization Viewer", "Organization Manager"]
    assert "email=sam%40elsewhere.example" in roles[0].get_attribute("href")
    roles[0].send_keys(Keys.ESCAPE)
    assert manager.driver.switch_to.active_element.text == "Invite as…"
    manager.press("Add a rule…")
    assert manager.find("#claim_name").get_attribute("value") == "groups"
    assert manager.find("#claim_value").get_attribute("value") == "everyone"


def test_members_are_explained_for_viewers_too(demo, manager):
    vic = f"{RULES}/explain?member={identity(demo, 'vic@acme.example')}"
    manager.open(vic)
    assert manager.find("h1").text == "Why Vic Viewer is Organization Viewer"
    assert "Matched (this rule applies)" in manager.text
    manager.press("Explain another")
    manager.find("#text").send_keys('{"name":"Ann","department":"Finance ","groups":["ACME-soc-x"]}')
    manager.press("Explain")
    assert "Why Ann has no role" in manager.text and "4 characters differ" in manager.text
    with Browser(demo) as viewer:
        viewer.sign_in(VIEWER)
        viewer.open(vic)
        assert "Rule 2 gives this role" in viewer.text
        viewer.open(f"{RULES}/explain?member={identity(demo, 'sam@elsewhere.example')}")
        assert "No such user" in viewer.text
        viewer.open(RULES)
        assert not viewer.all("form[method=post][action$='claim-mappings']") and not viewer.all(".rule-table button")


# Adds 61 rules by the API; three of them are about the claim `team`.
ADD_MANY = """
const done = arguments[arguments.length - 1];
(async () => {
  const token = (await (await fetch("/api/v1/me")).json()).csrf_token;
  let added = 0;
  for (let n = 1; n <= 61; n++) {
    const rule = {claim_name: n % 20 ? "groups" : "team", claim_value: "value " + n, role: "organization-viewer"};
    const answer = await fetch("/api/v1/organizations/acme/claim-mappings", {
      method: "POST", headers: {"Content-Type": "application/json", "X-CSRF-Token": token}, body: JSON.stringify(rule)});
    added += answer.status === 201;
  }
  done(added);
})();
"""


def test_many_rules_are_searched_and_paged_without_a_reload(demo, manager):
    assert manager.driver.execute_async_script(ADD_MANY) == 61
    manager.open(RULES)
    assert "1–50 of 64" in manager.find(".pager").text
    manager.driver.execute_script("window.stays = true")
    length = manager.driver.execute_script("return history.length")
    manager.find("#q").send_keys("TEAM")
    manager.until(lambda: "3 of 64" in manager.text)
    assert manager.driver.execute_script("return window.stays && history.length") == length
    manager.find("#q").send_keys(Keys.BACKSPACE * 4)
    manager.until(lambda: "1–50 of 64" in manager.text)
    manager.press("Next")
    assert "51–64 of 64" in manager.text and "value 61" in conditions(manager)[-1]


def test_rules_are_moved_edited_and_lead_to_their_people(demo, manager):
    for value in ("one", "two"):
        add(manager, "groups", value)
    manager.press("Move rule 5 up")
    assert "Rule moved." in manager.find(".notice").text
    assert conditions(manager)[3:] == ["groups is two", "groups is one"]
    manager.named("Actions on rule 4").click()
    manager.press("Edit")
    assert manager.find("#claim_value").get_attribute("value") == "two"
    manager.find("#claim_value").clear()
    manager.find("#claim_value").send_keys("three")
    manager.press("Preview rule")
    assert manager.find("h1").text == "Preview: change rule 4"
    manager.press("Edit")
    assert manager.find("#claim_value").get_attribute("value") == "three"
    manager.press("Preview rule")
    manager.press("Save rule")
    assert conditions(manager)[3:] == ["groups is three", "groups is one"]
    manager.press("1 person by rule 2")
    assert "/members?rule=" in manager.path


@pytest.mark.parametrize("script", [True, False])
def test_a_fault_stands_at_its_field_and_what_was_typed_stays(shared, script):
    with Browser(shared, script=script) as browser:
        browser.sign_in(MANAGER, f"{RULES}?add=1")
        browser.find("#claim_name").send_keys("groups")
        Select(browser.find("#role")).select_by_visible_text("Organization Manager")
        browser.press("Preview rule")
        assert browser.driver.title.startswith("1 error · Claim rules")
        assert browser.find("#claim_value-fault").text == "Enter the value that the claim must have."
        assert browser.find("#claim_name").get_attribute("value") == "groups"
        assert Select(browser.find("#role")).first_selected_option.text == "Organization Manager"
        if script:
            assert browser.driver.switch_to.active_element == browser.find("#claim_value")


def test_everything_fits_a_phone(shared):
    with Browser(shared, width=390, height=844) as browser:
        browser.sign_in(MANAGER, RULES)
        add(browser, "/realm_access/roles", "a-rather-long-name-of-a-role-at-the-provider")
        browser.open(RULES)
        # The first rule is above the fold, and every button is large enough for a finger.
        assert browser.find(".rule-table tbody tr").rect["y"] < 500
        for button in browser.all(".rule-table button, .rule-table summary"):
            assert button.rect["height"] >= 40 and button.rect["width"] >= 40
        browser.open(f"{RULES}/explain?denied={denied(shared, STRANGER)}")
        assert browser.find(".remedies").rect["y"] > browser.find(".explained").rect["y"]
