"""The menus of rows and of exports: wholly in sight and usable at each width, and what the exports hold."""

import csv
import io
import json

import pytest
from demo import Browser, Demo
from selenium.webdriver.common.keys import Keys
from gallery import MANAGER, MEMBERS, RULES, STRANGER, UNVERIFIED, VIEWER
from test_members import INVITATIONS, NEW, many_members
from test_rules import add

REQUESTS = "/organizations/acme/access-requests"
# The items of the open menu of which a corner is cut off or covered by something else.
CUT_OFF = """
const [menu, title] = [document.querySelector("details.menu.rows[open] .items"), document.title];
const outside = (box) => box.left < 0 || box.right > innerWidth || box.top < 0 || box.bottom > innerHeight;
const items = [menu, ...menu.querySelectorAll("a, button")];
return items.filter((item) => {
  const box = item.getBoundingClientRect();
  // The corners are round.
  const [left, right, top, bottom] = [box.left + 8, box.right - 8, box.top + 4, box.bottom - 4];
  return outside(box) || [[left, top], [right, top], [left, bottom], [right, bottom]].some(([x, y]) => {
    const hit = document.elementFromPoint(x, y);
    return !hit || !item.contains(hit);
  });
}).map((item) => `${title}: ${item.textContent} ${JSON.stringify(item.getBoundingClientRect())}`);
"""


@pytest.fixture(scope="module")
def demo():
    """One row in each list: a member is suspended, one address is invited, one sign-in has no role."""
    with Demo() as demo:
        demo.visit(VIEWER, UNVERIFIED)
        with Browser(demo) as browser:
            browser.sign_in(MANAGER, f"{NEW}?email=kim@acme.example")
            browser.press("Check before sending")
            browser.press("Create 1 link")
            browser.press("Done")
            add(browser, "groups", "soc-oncall")
            browser.open(MEMBERS)
            browser.choose_action("Vic Viewer", "Suspend…")
            browser.press("Suspend Vic Viewer")
        yield demo


@pytest.fixture(scope="module")
def crowd():
    with Demo() as demo:
        demo.visit(VIEWER, STRANGER, UNVERIFIED)
        with Browser(demo) as browser:
            browser.sign_in(MANAGER)
            for number in range(6):
                add(browser, "groups", f"soc-{number}")
        # Their roles are those of the rules in force.
        many_members(demo)
        yield demo


def check_menus(browser, rows):
    """Opens the menus of some rows, one after the other, and uses the last one."""
    for index in rows:
        summary = browser.all("tbody tr .rows summary")[index]
        browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", summary)
        summary.click()
        browser.until(lambda: len(browser.all(".rows[open]")) == 1)
        assert browser.driver.execute_script(CUT_OFF) == []
        browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        browser.until(lambda: not browser.all(".rows[open]"))
    summary.click()
    browser.leave(browser.all(".rows[open] .items a")[-1].click)
    browser.until(lambda: browser.all("main h1"))


@pytest.mark.parametrize("width, height", [(1440, 900), (1024, 768), (390, 844)])
def test_the_menu_of_a_lists_only_row_is_in_sight_and_can_be_used(demo, width, height):
    with Browser(demo, width, height) as browser:
        browser.sign_in(MANAGER, MEMBERS)
        for path in (MEMBERS, f"{MEMBERS}?list=suspended", INVITATIONS, REQUESTS, RULES):
            browser.open(path)
            assert len(browser.all("tbody tr .rows summary")) == 1, path
            check_menus(browser, [0])
            if browser.is_asked:
                browser.press("Cancel")
            else:
                browser.driver.back()
            browser.until(lambda: browser.all("tbody tr .rows summary"))
            assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width, height", [(1440, 900), (1024, 768), (390, 844)])
def test_the_menus_of_the_first_and_the_last_rows_are_in_sight(crowd, width, height):
    with Browser(crowd, width, height) as browser:
        browser.sign_in(MANAGER, MEMBERS)
        browser.open(f"{MEMBERS}?limit=25")
        check_menus(browser, [0, 1, 12, -3, -2, -1])
        browser.open(RULES)
        check_menus(browser, [0, 1, 2, -3, -2, -1])
        browser.open(REQUESTS)
        check_menus(browser, [0, 1])


def test_an_open_menu_leaves_the_rest_of_the_page_in_its_place(crowd):
    with Browser(crowd, 1440, 900) as browser:
        browser.sign_in(MANAGER, REQUESTS)
        places = """
            return [...document.querySelectorAll("main .pager, main tr, footer")].map((e) => e.getBoundingClientRect().top)"""
        before = browser.driver.execute_script(places)
        browser.all("tbody tr .rows summary")[-1].click()
        browser.until(lambda: browser.all(".rows[open]"))
        assert browser.driver.execute_script(places) == before


def exported(browser, title):
    """The file behind an item of the menu."""
    link = next(a for a in browser.all(".export .items a") if a.get_property("textContent") == title)
    text = browser.driver.execute_async_script(
        "fetch(arguments[0]).then((r) => r.text()).then(arguments[1])", link.get_attribute("href"))
    return link.get_attribute("download"), text


def test_lists_are_exported_as_they_are_shown(crowd):
    with Browser(crowd, 1440, 900) as browser:
        browser.sign_in(MANAGER, f"{MEMBERS}?order=desc&limit=25")
        assert browser.find(".export .who").get_property("textContent") == "62 members"
        name, table = exported(browser, "CSV")
        rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff"))))
        assert name == "acme-members.csv" and len(rows) == 62
        assert [row["name"] for row in rows[:25]] == [e.text for e in browser.all("tbody .name a")]
        # The menu follows what is typed.
        browser.find("#q").send_keys("person 5")
        browser.until(lambda: browser.find(".export .who").get_property("textContent") == "11 members, filters applied")
        name, found = exported(browser, "JSON")
        names = [item["name"] for item in json.loads(found)["items"]]
        assert name == "acme-members.json" and names == [e.text for e in browser.all("tbody .name a")]
        browser.open("/organizations/acme/audit")
        assert "exported the members as JSON" in browser.text and "exported the members as CSV" in browser.text
        assert browser.problems() == []


def test_a_viewer_exports_what_a_viewer_sees(crowd):
    with Browser(crowd, 1440, 900) as browser:
        browser.sign_in(VIEWER, f"{MEMBERS}?q=Carla")
        _, found = exported(browser, "JSON")
        assert [item["email"] for item in json.loads(found)["items"]] == ["ceo@acme.example"]
        for path in (f"{MEMBERS}?list=suspended", INVITATIONS):
            browser.open(path)
            assert json.loads(exported(browser, "JSON")[1]) == {"items": []}


def test_an_export_is_downloaded_without_javascript(crowd, tmp_path):
    with Browser(crowd, 1440, 900, script=False) as browser:
        browser.driver.execute_cdp_cmd(
            "Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
        browser.sign_in(MANAGER, f"{MEMBERS}?q=person+7")
        browser.find(".export summary").click()
        next(a for a in browser.all(".export .items a") if a.text == "CSV").click()
        browser.until(lambda: (tmp_path / "acme-members.csv").exists())
        rows = list(csv.DictReader(io.StringIO((tmp_path / "acme-members.csv").read_text("utf-8-sig"))))
        assert [row["email"] for row in rows] == ["p7@acme.example"]
