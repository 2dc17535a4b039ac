"""What a manager asks of the pages, answered from the tabs alone, in at most three steps."""

import re

import pytest
from demo import Browser, Demo
from gallery import ACME, MANAGER, MEMBERS, identity, prepare


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        prepare(demo)
        yield demo


@pytest.fixture
def manager(demo):
    with Browser(demo, width=1440) as browser:
        browser.sign_in(MANAGER)
        yield browser


def rows(browser):
    return [" ".join(row.text.split()) for row in browser.all("tbody tr")]


def test_who_suspended_a_given_member_and_when(manager):
    manager.open(f"{MEMBERS}/{identity(manager.demo, 'vic@acme.example')}/suspend")
    manager.press("Suspend Vic Viewer")
    manager.open(ACME)
    manager.press("Audit log", "header")
    manager.find("#q").send_keys("vic")
    manager.until(lambda: "q=vic" in manager.path and manager.all(".event"))
    sentence = next(event for event in manager.all("tbody tr") if "suspended" in event.text)
    assert "Carla Ceo suspended Vic Viewer" in " ".join(sentence.text.split())
    assert re.search(r"\d\d:\d\d:\d\d", sentence.text)
    manager.press("Members", "header")
    manager.press("Suspended 1")
    assert "by Carla Ceo" in rows(manager)[0] and re.search(r"\d+ \w+ 20\d\d, \d\d:\d\d", rows(manager)[0])


def test_why_a_given_person_was_denied_and_how_to_let_them_in(manager):
    manager.find(".tabs a[href$=access-requests]").click()
    manager.until(lambda: manager.path.endswith("/access-requests"))
    row = next(row for row in manager.all("tbody tr") if "Sam Stranger" in row.text)
    assert "No rule matches." in row.text and "Add a rule…" in row.text and "Invite as…" in row.text
    next(link for link in row.find_elements("css selector", "a") if link.text == "Explain").click()
    manager.until(lambda: manager.find("h1").text == "Why Sam Stranger has no role")
    assert "How to let Sam in" in manager.text and "everyone" in manager.find(".explained").text


def test_which_workspace_grew_most_this_month(manager):
    manager.press("30 d")
    first = rows(manager)[0]
    changes = [int(change) for change in re.findall(r"\+(\d+)", first)]
    others = [int(change) for row in rows(manager)[1:] for change in re.findall(r"^\D+\d+ \+(\d+)", row)]
    assert changes and all(changes[0] >= other for other in others)


def test_when_the_license_is_full(manager):
    tiles = {tile.text.split("\n")[0]: tile.text for tile in manager.all(".tile")}
    assert re.search(r"Reaches 200 around \d+ \w+", tiles["Workflows"]) and "Over since" in tiles["Runners"]


def test_who_owns_a_workspace(manager):
    manager.find("#q").send_keys("soc emea")
    manager.until(lambda: len(manager.all("tbody tr")) == 1)
    owners = [owner.text for owner in manager.all("tbody a.chip")]
    manager.press("SOC EMEA")
    names = manager.text
    assert owners and all(owner.split("\n")[-1] in names for owner in owners)
