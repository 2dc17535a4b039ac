"""Rules, access requests, explanations and the audit log with keys alone, with and without the script."""

import pytest
from demo import Browser, Demo
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from gallery import ACME, MANAGER, RULES, VIEWER, prepare
from test_audit import call

REQUESTS, AUDIT = f"{ACME}/access-requests", f"{ACME}/audit"

# The element with the focus: its name, and why its focus is not seen, if it is not.
FOCUS = """
const element = document.activeElement;
if (!element || element === document.body) return ["", ""];
const label = element.labels?.[0]?.innerText;
const name = (element.getAttribute("aria-label") || label || element.innerText || element.name || "").trim();
const style = getComputedStyle(element), box = element.getBoundingClientRect();
let fault = "";
// The browser itself marks the parts of a date.
if (element.type === "date") return [name, ""];
if (!element.matches(":focus-visible")) fault = "no visible focus";
else if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) fault = "no outline";
else if (box.bottom <= 0 || box.top >= innerHeight || box.width === 0) fault = "out of sight";
else {
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 12), 1), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  if (!top || !(element.contains(top) || top.contains(element))) fault = "covered by " + top?.outerHTML.slice(0, 80);
}
return [name, fault];
"""


class Keyboard:
    """Presses keys and never points. Each element that gets the focus on the way must show it."""

    def __init__(self, browser):
        self.browser = browser

    def press(self, *keys):
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    @property
    def focused(self):
        name, fault = self.browser.driver.execute_script(FOCUS)
        assert not fault, f"{name}: {fault}"
        return name

    def to(self, name):
        """Presses Tab until the element of this name has the focus."""
        seen = []
        for _ in range(120):
            self.press(Keys.TAB)
            seen.append(self.focused)
            if seen[-1] == name:
                return self
        raise AssertionError(f"{name} is not reached; {seen}")

    def enter(self):
        """Presses Enter, and waits for the next page."""
        self.browser.leave(lambda: self.press(Keys.ENTER))

    def go(self, name):
        self.to(name).enter()

    def open(self, name):
        """Opens a menu."""
        self.to(name).press(Keys.ENTER)

    def is_in(self, selector):
        return self.browser.driver.execute_script(
            "return !!document.activeElement.closest(arguments[0])", selector)


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        prepare(demo)
        yield demo


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def manager(demo, request):
    with Browser(demo, width=1280, script=request.param) as browser:
        browser.sign_in(MANAGER, RULES)
        browser.has_script = request.param
        yield browser
        assert browser.problems() == []


def conditions(browser):
    return [row.text.replace("\n", " ") for row in browser.all(".rule-table tbody .condition")]


def is_at_row(keys, rank):
    """After an action the focus is in the row of the rule, and the next Tab stays there."""
    keys.browser.until(lambda: keys.focused)
    is_there = keys.is_in(f"tr#rule-{rank}")
    keys.press(Keys.TAB)
    return is_there and keys.focused and keys.is_in(f"tr#rule-{rank}")


def add(keys, value):
    """Adds a rule as the last one, and returns its rank."""
    keys.browser.open(RULES)
    keys.go("Add rule")
    keys.to("Claim").press("groups")
    keys.to("Value").press(value)
    keys.go("Preview rule")
    assert keys.browser.find("h1").text.startswith("Preview: add rule ")
    keys.go("Save rule")
    assert keys.browser.find(".notice").text.startswith("Rule saved. It's in effect now.")
    return len(conditions(keys.browser))


def test_a_rule_is_added_moved_removed_and_restored(manager):
    keys = Keyboard(manager)
    add(keys, "first")
    rank = add(keys, "second")
    assert is_at_row(keys, rank)
    before = conditions(manager)
    assert before[-2:] == ["groups is first", "groups is second"]
    # Moved up, and down again.
    manager.open(RULES)
    keys.go(f"Move rule {rank} up")
    assert "Rule moved. It's in effect now." in manager.find(".notice").text
    assert conditions(manager)[-2:] == ["groups is second", "groups is first"] and is_at_row(keys, rank - 1)
    manager.open(RULES)
    keys.go(f"Move rule {rank - 1} down")
    assert conditions(manager) == before and is_at_row(keys, rank)
    # The question has the focus before anything is removed.
    manager.open(RULES)
    keys.open(f"Actions on rule {rank - 1}")
    keys.go("Remove…")
    heading = manager.driver.switch_to.active_element
    assert heading.tag_name == "h1" and heading.text == f"Remove rule {rank - 1}?"
    keys.go(f"Remove rule {rank - 1}")
    assert "Rule removed. It's in effect now." in manager.find(".notice").text and len(conditions(manager)) == rank - 1
    keys.go(f"Undo: restore rule {rank - 1}")
    assert "Rule restored. It's in effect now." in manager.find(".notice").text
    assert conditions(manager) == before and is_at_row(keys, rank - 1)


def test_a_suggestion_fills_in_the_value(manager):
    keys = Keyboard(manager)
    manager.open(f"{RULES}?add=1#rule")
    keys.go("groups")
    assert manager.find("#claim_name").get_attribute("value") == "groups"
    keys.go("everyone")
    assert manager.find("#claim_value").get_attribute("value") == "everyone"
    assert "people who signed in within the last 30 days carry groups = everyone" in manager.find(".carriers").text
    keys.go("Close")
    assert not manager.all(".rule-panel")


def test_a_request_is_dismissed_and_opened_again(manager):
    keys = Keyboard(manager)
    manager.open(REQUESTS)
    keys.go("Dismiss the request of Una Unverified")
    assert "The request of Una Unverified was dismissed." in manager.find(".notice").text
    keys.go("Undo: open the request of Una Unverified again")
    assert "is open again" in manager.find(".notice").text
    # In a menu.
    keys.open("Actions on Sam Stranger")
    keys.go("Dismiss")
    keys.go("Undo: open the request of Sam Stranger again")
    assert len(manager.all(".requests tbody tr")) == 2


def test_a_request_leads_to_an_invitation_and_an_explanation(manager):
    keys = Keyboard(manager)
    manager.open(REQUESTS)
    keys.open("Invite Sam Stranger as…")
    keys.go("Organization Manager…")
    assert manager.find("h1").text == "Invite people" and "sam@elsewhere.example" in manager.find("#emails").get_property("value")
    assert manager.find("#role-manager").is_selected()
    manager.open(REQUESTS)
    keys.go("Explain Sam Stranger")
    assert manager.find("h1").text == "Why Sam Stranger has no role"
    # The breadcrumb leads back to the requests.
    keys.go("Access requests")
    assert manager.path == REQUESTS


def test_claims_are_explained(manager):
    keys = Keyboard(manager)
    manager.open(RULES)
    keys.go("Explain a sign-in")
    keys.to("A bearer token, or claims as a JSON object").press('{"name":"Ann","groups":["x"]}')
    keys.go("Explain")
    assert manager.find("h1").text == "Why Ann has no role"
    keys.go("Explain another")
    assert manager.find("h1").text == "Explain a sign-in"


def test_the_log_is_filtered_and_paged(demo, manager):
    keys = Keyboard(manager)
    member = next(m for m in call(demo, "GET", "/organizations/acme/members")["items"] if m["subject"] == VIEWER)
    for _ in range(13):
        call(demo, "PUT", f"/organizations/acme/suspensions/{member['identity_id']}", {})
        call(demo, "DELETE", f"/organizations/acme/suspensions/{member['identity_id']}")
    manager.open(f"{AUDIT}?limit=25")
    keys.go("Next")
    assert "page=2" in manager.path
    keys.go("Previous")
    manager.open(AUDIT)
    keys.to("Search").press("Vic Viewer", Keys.ENTER)
    manager.until(lambda: "q=Vic" in manager.path)
    manager.until(lambda: manager.all(".event") and all("Vic Viewer" in event.text for event in manager.all(".event")))
    keys.to("Action").press("Suspended")
    if not manager.has_script:
        keys.go("Apply")
    manager.until(lambda: "action=suspension_create" in manager.path)
    manager.until(lambda: len(manager.all(".event")) >= 13)
    assert all("suspended Vic Viewer" in event.text for event in manager.all(".event"))
    keys.go("Clear")
    assert manager.path == AUDIT
