"""The pages of members, suspended people and invitations by the keyboard alone, with and without JavaScript."""

import pytest
from demo import Browser, Demo
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from gallery import MANAGER, MEMBERS, STRANGER, VIEWER
from test_members import INVITATIONS, NEW, many_members

# Whether the focused element, or the label of a hidden one, has an outline.
OUTLINED = """
const focused = arguments[0];
return [focused, ...(focused.labels ?? [])].some((e) => {
  const style = getComputedStyle(e);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
});
"""


class Keyboard:
    """A browser that is used by keys alone."""

    def __init__(self, browser, has_script):
        self.browser, self.has_script = browser, has_script

    @property
    def focus(self):
        return self.browser.driver.switch_to.active_element

    @property
    def name(self):
        """What the focused element is called."""
        return self.focus.get_attribute("aria-label") or " ".join(self.focus.text.split())

    def press(self, *keys):
        ActionChains(self.browser.driver).send_keys(*keys).perform()

    def to(self, name=None, id=None):
        """Presses Tab until the focus is on the element of this name or id, and sees it there."""
        for _ in range(200):
            focus = self.focus
            if (id and focus.get_attribute("id") == id) or (name and self.name == name):
                assert self.browser.driver.execute_script(OUTLINED, focus), f"no outline at {name or id}"
                box = self.browser.driver.execute_script("return arguments[0].getBoundingClientRect().toJSON()", focus)
                height = self.browser.driver.execute_script("return innerHeight")
                assert box["bottom"] > 0 and box["top"] < height, f"{name or id} is out of sight"
                return
            self.press(Keys.TAB)
        raise AssertionError(f"the keyboard does not reach {name or id}")

    def go(self, name, key=Keys.ENTER):
        """Presses a link or button, and waits for its page."""
        self.to(name)
        self.browser.leave(lambda: self.press(key))
        self.browser.until(lambda: self.browser.driver.execute_script("return document.readyState") == "complete")

    def choose(self, subject, action):
        """Opens the menu of a row, closes it, opens it again and chooses an action."""
        self.to(f"Actions on {subject}")
        menu = self.focus
        for _ in range(2 if self.has_script else 1):
            self.press(Keys.ENTER)
            self.browser.until(lambda: self.browser.all(".rows[open]"))
            if self.has_script and _ == 0:
                self.press(Keys.TAB, Keys.ESCAPE)
                self.browser.until(lambda: not self.browser.all(".rows[open]"))
                assert self.focus == menu
        self.go(action)
        assert self.focus == self.browser.heading, "the question has the focus"


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def keys(request):
    with Demo() as demo, Browser(demo) as viewer, Browser(demo, script=request.param) as browser:
        viewer.sign_in(VIEWER)
        browser.sign_in(MANAGER, MEMBERS)
        yield Keyboard(browser, request.param)
        assert browser.problems() == []


def notice(keys):
    return keys.browser.find(".notice").text


def row(keys, text):
    return next(r for r in keys.browser.all("tbody tr") if text in r.text)


def is_in_row(keys, text):
    """Whether the focus is in a row, and that row in sight."""
    box = keys.browser.driver.execute_script(
        "return document.activeElement.closest('tr')?.getBoundingClientRect().toJSON()")
    assert box and box["top"] >= 0 and box["bottom"] <= keys.browser.driver.execute_script("return innerHeight")
    found = row(keys, text).get_attribute("id")
    return found == keys.browser.driver.execute_script("return document.activeElement.closest('tr').id")


def test_two_people_are_invited_up_to_done(keys):
    keys.go("Invite people")
    keys.to(id="emails")
    keys.press("kim@acme.example, tom@acme.example")
    keys.go("Check before sending")
    keys.go("Create 2 links", Keys.SPACE)
    assert "2 invitations created" in keys.browser.text and len(keys.browser.all("input.once")) == 2
    keys.to(id="link-0")
    keys.to("Copy the link for kim@acme.example")
    keys.go("Done")
    assert keys.browser.path == INVITATIONS and len(keys.browser.all("tbody tr")) == 2
    keys.choose("the invitation of kim@acme.example", "Revoke…")
    keys.go("Cancel")
    assert is_in_row(keys, "kim@acme.example")
    keys.choose("the invitation of kim@acme.example", "Revoke…")
    keys.go("Revoke invitation of kim@acme.example")
    assert "was revoked" in notice(keys) and "Revoked" in row(keys, "kim@acme.example").text
    assert is_in_row(keys, "kim@acme.example")


def test_a_member_is_suspended_with_a_reason_reinstated_by_undo_and_by_the_list(keys):
    keys.choose("Vic Viewer", "Suspend…")
    keys.go("Cancel")
    assert is_in_row(keys, "Vic Viewer")
    keys.choose("Vic Viewer", "Suspend…")
    keys.to(id="reason")
    keys.press("Left the company")
    keys.go("Suspend Vic Viewer")
    assert "Vic Viewer was suspended. 1 session ended." in notice(keys)
    keys.go("Undo: reinstate Vic Viewer")
    assert "Vic Viewer was reinstated." in notice(keys) and row(keys, "Vic Viewer")
    keys.choose("Vic Viewer", "Suspend…")
    keys.to(id="reason")
    # Enter in the field answers the question.
    keys.browser.leave(lambda: keys.press("Second words", Keys.ENTER))
    keys.go("Suspended 1")
    assert "Second words" in row(keys, "Vic Viewer").text
    keys.go("Reinstate…")
    assert keys.focus == keys.browser.heading
    keys.go("Reinstate Vic Viewer", Keys.SPACE)
    assert "Vic Viewer was reinstated." in notice(keys) and "Nobody is suspended" in keys.browser.text


def test_sessions_end_and_the_focus_returns_to_the_row(keys):
    keys.choose("Vic Viewer", "End sessions…")
    keys.go("End sessions of Vic Viewer")
    assert "1 session of Vic Viewer was ended." in notice(keys)
    assert is_in_row(keys, "Vic Viewer")


def test_a_role_that_came_from_an_invitation_is_revoked(keys):
    browser = keys.browser
    browser.open(f"{NEW}?email=sam@elsewhere.example")
    keys.go("Check before sending")
    keys.go("Keep: sam@elsewhere.example")
    keys.go("Create 1 link")
    link = browser.find("input.once").get_property("value")
    keys.go("Done")
    with Browser(browser.demo) as guest:
        guest.driver.get(link)
        guest.find(".choices a").click()
        guest.choose(STRANGER)
        guest.until(lambda: guest.path == "/invitations/accept")
        next(b for b in guest.all("button") if b.text.startswith("Accept")).click()
        guest.until(lambda: guest.path == "/organizations/acme")
        keys.go("Members")
        assert "Invitation by Carla Ceo" in row(keys, "Sam Stranger").text
        keys.choose("Sam Stranger", "Revoke role…")
        assert "No other role remains" in browser.text
        keys.go("Revoke role of Sam Stranger")
        assert "The role Organization Viewer of Sam Stranger was revoked. No role remains." in notice(keys)
        assert "Sam Stranger" not in browser.find("tbody").text
        guest.open("/organizations/acme")
        assert "You don't have access" in guest.text.replace("’", "'")


def test_members_are_searched_and_paged(keys):
    browser = keys.browser
    many_members(browser.demo)
    browser.open(f"{MEMBERS}?limit=25")
    assert "1–25 of 62" in browser.text
    keys.go("Next")
    assert "26–50 of 62" in browser.text
    keys.go("Previous")
    assert "1–25 of 62" in browser.text
    keys.to(id="q")
    keys.press("person 5")
    if keys.has_script:
        browser.until(lambda: "11 of 62" in browser.text)
        assert keys.focus.get_attribute("id") == "q", "typing keeps the focus"
    else:
        browser.leave(lambda: keys.press(Keys.ENTER))
    assert "11 of 62" in browser.text and len(browser.all("tbody tr")) == 11
    keys.to("Export")
    keys.press(Keys.ENTER)
    assert browser.find(".export .who").text == "11 members, filters applied"
    keys.to("CSV")
    if keys.has_script:
        keys.press(Keys.ESCAPE)
    else:
        ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
        keys.press(Keys.ENTER)
    browser.until(lambda: not browser.all(".export[open]"))
    assert keys.name == "Export"
