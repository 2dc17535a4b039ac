"""What all pages share: header, menus, questions in place, charts by keyboard, and exports."""

import json

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


def test_a_missing_page_keeps_the_header(browser):
    browser.sign_in("demo-manager")
    browser.open("/organizations/acme/workspaces/none")
    assert browser.find("h1").text == "Page not found" and browser.all(".account summary") and browser.all(".tabs")
    browser.open("/nothing")
    assert browser.find("h1").text == "Page not found" and browser.all(".account summary") and not browser.all(".tabs")
    browser.press("Back to home")
    assert browser.path == "/"


def test_what_is_shown_is_exported_as_csv_and_as_json(browser):
    browser.sign_in("demo-manager", "/organizations/acme?q=emea")
    browser.find(".export summary").click()
    links = browser.all(".export a")
    assert [link.text for link in links] == ["CSV", "JSON"] and "filters applied" in browser.find(".export .who").text
    script = "return fetch(arguments[0]).then(r => r.text())"
    table, list_ = [browser.driver.execute_script(script, link.get_attribute("href")) for link in links]
    names = [item["name"] for item in json.loads(list_)["items"]]
    assert names and all("EMEA" in name for name in names)
    assert len(table.splitlines()) == len(names) + 1 == len(browser.all("tbody tr")) + 1


def test_the_arrow_keys_show_the_figures_of_a_chart(browser):
    browser.sign_in("demo-manager", "/organizations/acme/usage")
    chart = browser.find("svg.chart.wide-only")
    browser.driver.execute_script("arguments[0].focus()", chart)
    chart.send_keys(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    tip = browser.find("svg.chart.wide-only .tip")
    assert tip.get_attribute("visibility") == "visible" and tip.find_element(By.TAG_NAME, "text").get_property("textContent")


def test_menus_close_with_escape_and_give_the_focus_back(browser):
    browser.sign_in("demo-manager")
    menu = browser.find(".switcher summary")
    menu.send_keys(Keys.ENTER)
    assert browser.all(".switcher[open]")
    browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not browser.all(".switcher[open]") and browser.driver.switch_to.active_element == menu


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_keyboard_alone_signs_in_and_finds_who_owns_a_workspace(demo, script):
    with Browser(demo, script=script) as browser:
        browser.open("/")
        browser.follow("Continue with demo")
        browser.follow(next(e.text for e in browser.all("button") if "Carla Ceo" in e.text).replace("\n", " "))
        browser.open("/organizations/acme")
        browser.reach("q", "soc emea")
        if script:
            browser.until(lambda: len(browser.all("tbody tr")) == 1)
        else:
            browser.follow("Apply")
        browser.follow("SOC EMEA")
        assert browser.find("h1").text == "SOC EMEA"
        owners = browser.find("aside").text if browser.all("aside") else browser.find("main").text
        assert "@acme.example" in owners
        browser.follow("Overview")
        browser.follow("30 d")
        assert "sort=change" in browser.path
        browser.reach("Export", Keys.ENTER)
        browser.reach("CSV", Keys.ESCAPE)
        if script:
            assert browser.driver.switch_to.active_element.text == "Export"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_keyboard_alone_compares_usage_and_sets_a_time_zone(demo, script):
    with Browser(demo, script=script) as browser:
        browser.sign_in("demo-viewer", "/organizations/acme/usage")
        browser.follow("Month")
        assert "interval=month" in browser.path and "so far" in browser.text
        browser.reach("compare", Keys.SPACE)
        if "compare=1" not in browser.path:
            browser.follow("Apply")
        browser.until(lambda: "compare=1" in browser.path)
        assert " before" in browser.find(".usage").text
        browser.follow("Change the time zone")
        browser.find("#time_zone").clear()
        browser.reach("time_zone", "Europe/Berlin")
        browser.follow("Save")
        assert "Time zone saved." in browser.text and "Times in Europe/Berlin" in browser.find("footer").text
        browser.reach("VV Your account: Vic Viewer", Keys.ENTER)
        browser.follow("Sign out")
        assert "You are signed out" in browser.text


@pytest.mark.parametrize("width, dark", [(1440, False), (1440, True), (390, False), (390, True)])
def test_the_sheet_shows_every_component(demo, width, dark):
    with Browser(demo, width, 900, dark) as browser:
        browser.open("/demo/components")
        for words in ("Email not verified", "Over limit", "Undo", "Suspend Vic Moreno?", "matches pattern"):
            assert words in browser.text
        assert browser.fits
        assert browser.problems() == []
        browser.screenshot(f"components-{width}{'-dark' if dark else ''}")


@pytest.mark.parametrize("path, name", [
    ("", "acme-workspaces.csv"), ("/usage", "acme-usage.csv"), ("/members", "acme-members.csv"),
    ("/members?list=suspended", "acme-suspended.csv"), ("/invitations", "acme-invitations.csv"), ("/audit", "acme-audit.csv")])
def test_the_export_stands_among_the_filters_of_a_phone(demo, path, name):
    with Browser(demo, 390, 844) as browser:
        browser.sign_in("demo-manager", f"/organizations/acme{path}")
        shown = [link for link in browser.all(f"a[download='{name}']") if link.is_displayed()]
        assert shown == []
        browser.find("label.toggle, label.more-filters").click()
        shown = [link for link in browser.all(f"a[download='{name}']") if link.is_displayed()]
        assert len(shown) == 1 and "format=csv" in shown[0].get_attribute("href") and browser.violations() == []
        browser.screenshot(f"phone-export-{name}")


def test_a_search_of_a_phone_is_in_its_export(demo):
    with Browser(demo, 390, 844) as browser:
        browser.sign_in("demo-manager", "/organizations/acme/members")
        browser.find("#q").send_keys("carla")
        browser.until(lambda: "q=carla" in browser.path)
        browser.until(lambda: "q=carla" in browser.find(".exported a").get_attribute("href"))


def test_a_question_is_asked_above_its_list(demo):
    with Browser(demo, 1440, 900) as browser:
        browser.sign_in("demo-manager", "/organizations/acme/members")
        for leave in (lambda: browser.driver.switch_to.active_element.send_keys(Keys.ESCAPE), lambda: browser.named("Cancel").click()):
            browser.choose_action("Carla Ceo", "Suspend…")
            assert browser.is_asked and browser.path == "/organizations/acme/members"
            assert browser.driver.switch_to.active_element == browser.heading
            assert browser.heading.text == "Suspend Carla Ceo?" and browser.violations() == []
            browser.screenshot("question")
            browser.leave(leave)
            menu = browser.driver.switch_to.active_element
            assert menu.get_attribute("aria-label") == "Actions on Carla Ceo" and not browser.all(".rows[open]")
        # A question that cannot be loaded is a page of its own.
        browser.driver.execute_script("window.fetch = () => Promise.reject(new Error('offline'))")
        browser.choose_action("Carla Ceo", "Suspend…")
        assert not browser.is_asked and browser.path.endswith("/suspend")
        assert browser.problems() == []


def test_only_notices_are_dismissed(demo):
    with Browser(demo) as browser:
        browser.sign_in("demo-viewer", "/organizations/acme")
        browser.driver.execute_script("""
            document.querySelector("main").insertAdjacentHTML("afterbegin", "<a class='dismiss' href='#main'>Elsewhere</a>")""")
        browser.find("main .dismiss").click()
        browser.until(lambda: browser.path.endswith("#main"))
        assert browser.problems() == []
