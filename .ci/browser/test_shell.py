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
    browser.driver.find_element(By.LINK_TEXT, "Back to home").click()
    assert browser.path == "/organizations/acme"


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


@pytest.mark.parametrize("width, dark", [(1440, False), (1440, True), (390, False), (390, True)])
def test_the_sheet_shows_every_component(demo, width, dark):
    with Browser(demo, width, 900, dark) as browser:
        browser.open("/demo/components")
        for words in ("Email not verified", "Over limit", "Undo", "Suspend Vic Moreno?", "matches pattern"):
            assert words in browser.text
        assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= width
        assert browser.problems() == []
        browser.screenshot(f"components-{width}{'-dark' if dark else ''}")
