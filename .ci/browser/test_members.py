"""The pages of members, suspended users and invitations, on the demo."""

import sqlite3

import pytest
from demo import Browser, Demo
from gallery import ACME, INVITE, MANAGER, MEMBERS, VIEWER
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

INVITATIONS, NEW = f"{ACME}/invitations", INVITE


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def manager(request):
    """A manager's browser, with and without JavaScript; the viewer has signed in before."""
    with Demo() as demo:
        with Browser(demo) as viewer:
            viewer.sign_in(VIEWER)
            with Browser(demo, script=request.param) as browser:
                browser.sign_in(MANAGER, MEMBERS)
                browser.viewer, browser.has_script = viewer, request.param
                yield browser
                assert [p for p in browser.problems() if "(Conflict)" not in p and "422" not in p] == []


def many_members(demo):
    """Adds 60 members."""
    with sqlite3.connect(demo.database, timeout=10) as store:
        for number in range(60):
            store.execute(
                f"""
                INSERT INTO person_seen (organization, identity, issuer, subject, provider, email, verified_email, seen_at,
                    claims, rules, mapped_role, mapped_by, mapped_email, name, sort, search)
                SELECT organization, '{number:021d}A', issuer, 's{number}', provider, 'p{number}@acme.example',
                    'p{number}@acme.example', seen_at, claims, rules, mapped_role, mapped_by, 'p{number}@acme.example',
                    'Person {number}', 'person {number:05d}', 'person {number}'
                FROM person_seen WHERE email = 'vic@acme.example'
                """)


def notice(browser):
    return browser.find(".notice").text


def test_each_person_has_a_name_an_address_a_provider_and_an_id_and_an_unverified_address_is_marked(manager):
    row = next(r for r in manager.all("tbody tr") if "Vic Viewer" in r.text)
    for part in ("vic@acme.example", "demo", "demo-viewer", "Organization Viewer", "Rule 2"):
        assert part in row.text
    assert row.find_element(By.CSS_SELECTOR, ".condition").text.replace("\n", " ") == "groups matches pattern acme-soc-*"
    with sqlite3.connect(manager.demo.database, timeout=10) as store:
        store.execute("UPDATE person_seen SET mapped_email = NULL, verified_email = NULL WHERE email = 'vic@acme.example'")
    manager.open(MEMBERS)
    row = next(r for r in manager.all("tbody tr") if "Vic Viewer" in r.text)
    assert "Email not verified" in row.text and row.get_attribute("class") == "unverified"
    assert row.find_element(By.CSS_SELECTOR, ".avatar").text == "?"


def test_a_suspension_asks_first_names_the_person_and_can_be_undone(manager):
    manager.choose_action("Vic Viewer", "Suspend…")
    assert manager.heading.text == "Suspend Vic Viewer?"
    assert "1 session ends." in manager.text and "Organization Viewer (rule 2)" in manager.text
    manager.screenshot("suspend")
    manager.viewer.open("/organizations/acme")
    assert manager.viewer.role == "Organization Viewer"
    manager.press("Cancel")
    assert manager.has_script or "#u-" in manager.driver.current_url
    assert not manager.is_asked and "Vic Viewer" in manager.find("tbody").text
    manager.choose_action("Vic Viewer", "Suspend…")
    manager.find("#reason").send_keys("Left the company")
    manager.press("Suspend Vic Viewer")
    assert "Vic Viewer was suspended. 1 session ended." in notice(manager)
    assert "Vic Viewer" not in manager.find("tbody").text
    manager.viewer.open("/organizations/acme")
    assert manager.viewer.all("button[value]") or "Sign in" in manager.viewer.text
    manager.press("Undo: reinstate Vic Viewer")
    assert "Vic Viewer was reinstated." in notice(manager) and "Vic Viewer" in manager.find("tbody").text


def test_the_suspended_list_has_the_reason_the_manager_and_the_role_that_comes_back(manager):
    manager.choose_action("Vic Viewer", "Suspend…")
    manager.find("#reason").send_keys("Left the company")
    manager.press("Suspend Vic Viewer")
    manager.press("Suspended 1")
    for part in ("Left the company", "by Carla Ceo", "Organization Viewer, rule 2"):
        assert part in manager.find("tbody").text
    manager.press("Reinstate…")
    assert manager.heading.text == "Reinstate Vic Viewer?" and "counts again" in manager.text
    manager.press("Reinstate Vic Viewer")
    assert "was reinstated" in notice(manager) and "Nobody is suspended" in manager.text


def test_a_notice_cannot_be_forged_by_a_link(manager):
    for number in (1, 2, 3, 999):
        manager.open(f"{MEMBERS}?event={number}&notice=Vic+was+suspended")
        assert not manager.all(".notice")


def test_sessions_end_after_a_question(manager):
    manager.choose_action("Vic Viewer", "End sessions…")
    assert "1 session ends." in manager.text
    manager.press("End sessions of Vic Viewer")
    assert "1 session of Vic Viewer was ended." in notice(manager)


def test_the_last_manager_cannot_suspend_themselves(manager):
    manager.choose_action("Carla Ceo", "Suspend…")
    assert "This is your own account" in manager.text
    manager.press("Suspend Carla Ceo")
    assert "This removes your own role" in manager.text
    manager.press("Yes, remove my own role")
    assert "left without a manager" in manager.text


def test_several_people_are_invited_at_once_after_a_check(manager):
    manager.press("Invite people")
    assert [e.text for e in manager.all("nav[aria-label=Breadcrumb] li")] == ["Members", "Invite people"]
    manager.find("#emails").send_keys("kim@acme.example, bob@acmee.example\nvic@acme.example; bob@acme tom@acme.example")
    manager.press("Check before sending")
    items = [item.text for item in manager.all(".check-list li")]
    assert [item.split("\n")[0] for item in items] == [
        "bob@acme", "bob@acmee.example", "vic@acme.example", "kim@acme.example", "tom@acme.example"]
    assert "This isn't a full address" in items[0] and "Did you mean bob@acme.example?" in items[1]
    assert "Vic Viewer is already a member (Organization Viewer)" in items[2] and "Ready. Signs in with demo." in items[3]
    assert manager.find("mark").text == "e" and "bob@acme and bob@acmee.example are left out" in manager.text
    manager.screenshot("invite-check")
    manager.press("Use bob@acme.example")
    manager.press("Remove: bob@acme")
    assert "bob@acme\n" not in manager.find("#emails").get_property("value") + "\n"
    manager.press("Create 3 links")
    assert manager.path.startswith(f"{INVITATIONS}/links?id=") and "3 invitations created" in manager.text
    links = [field.get_property("value") for field in manager.all("input.once")]
    assert len(set(links)) == 3 and all("/invitations/accept?token=" in link for link in links)
    for button in manager.all("button[data-copy]"):
        assert manager.find(f"#{button.get_attribute('data-copy')}").get_property("readOnly")
    # A reload shows them again; Done ends that.
    manager.driver.refresh()
    assert len(manager.all("input.once")) == 3
    address = manager.path
    manager.press("Done")
    assert manager.path == INVITATIONS and len(manager.all("tbody tr")) == 3
    manager.open(address)
    assert manager.path == INVITATIONS and not manager.all("input.once")
    # Pending ones are told before they are invited again.
    manager.open(f"{NEW}?email=kim@acme.example&role=organization-manager")
    assert manager.find("#role-manager").is_selected()
    manager.press("Check before sending")
    assert "Already invited as Organization Viewer" in manager.text and not manager.all("button[value=send]")


def test_an_unknown_domain_is_kept_on_request(manager):
    manager.open(f"{NEW}?email=x@far.example")
    manager.press("Check before sending")
    assert "No provider of Acme Corporation has far.example." in manager.text and not manager.all("button[value=send]")
    manager.press("Keep: x@far.example")
    manager.press("Create 1 link")
    assert "1 invitation created" in manager.text


def test_people_are_let_in_by_claim_through_a_prefilled_rule(manager):
    manager.open(NEW)
    manager.go(next(a for a in manager.all("a.choice") if "SSO" in a.text))
    manager.press("groups")
    assert manager.find("#claim").get_property("value") == "groups"
    manager.find("#value").send_keys("soc-oncall")
    manager.press("Preview rule")
    for part in ("/claim-mappings?", "add=1", "claim=groups", "match=equals", "value=soc-oncall", "role=organization-viewer"):
        assert part in manager.path


def test_expired_invitations_get_a_new_link_and_pending_ones_are_revoked_after_a_question(manager):
    manager.open(f"{NEW}?email=kim@acme.example")
    manager.press("Check before sending")
    manager.press("Create 1 link")
    manager.press("Done")
    with sqlite3.connect(manager.demo.database, timeout=10) as store:
        store.execute("UPDATE invitation SET expires_at = 1")
    manager.open(INVITATIONS)
    assert "Expired" in manager.find("tbody").text
    manager.press("New link for kim@acme.example")
    assert len(manager.all("input.once")) == 1
    manager.press("Done")
    manager.choose_action("Pending", "Revoke…")
    assert manager.heading.text == "Revoke the invitation of kim@acme.example?"
    manager.press("Revoke invitation of kim@acme.example")
    assert "The invitation of kim@acme.example was revoked." in notice(manager)
    manager.open(f"{INVITATIONS}?state=expired")
    assert len(manager.all("tbody tr")) == 1 and "1 of 2" in manager.text


def test_many_members_are_searched_filtered_sorted_and_paged(manager):
    many_members(manager.demo)
    manager.open(MEMBERS)
    assert "1–50 of 62" in manager.text and len(manager.all("tbody tr")) == 50
    manager.press("Next")
    assert "51–62 of 62" in manager.text
    manager.press("25")
    assert "1–25 of 62" in manager.text
    names = [e.text for e in manager.all("tbody .name a")]
    assert names.index("Person 2") < names.index("Person 10")
    manager.press("Person ↑")
    assert manager.find("th[aria-sort=descending]").text == "Person ↓" and "Vic Viewer" in manager.find("tbody").text
    history = manager.driver.execute_script("return history.length") if manager.has_script else 0
    manager.find("#q").send_keys("person 5")
    if manager.has_script:
        manager.until(lambda: "11 of 62" in manager.text)
        assert manager.driver.execute_script("return history.length") == history
    else:
        manager.press("Apply")
    assert "11 of 62" in manager.text
    manager.open(MEMBERS + "?role=organization-manager")
    assert [e.text for e in manager.all("tbody .name a")] == ["Carla Ceo"]
    manager.open(MEMBERS + "?q=nothing+like+it")
    assert "No members match “nothing like it”" in manager.text


def test_the_first_result_of_a_phone_is_above_the_fold_and_every_action_can_be_reached():
    with Demo() as demo, Browser(demo, width=390, height=844) as browser:
        browser.sign_in(MANAGER, MEMBERS)
        assert browser.find("tbody tr").location["y"] < 700
        assert browser.fits
        assert Select(browser.find("#sort")).options
        browser.choose_action("Carla Ceo", "Show in audit log")
        for path in (NEW, NEW + "?by=claim", INVITATIONS, MEMBERS + "?list=suspended"):
            browser.open(path)
            assert browser.fits


def test_the_keyboard_alone_invites_and_suspends():
    def reach(browser, matches, *keys):
        for _ in range(80):
            active = browser.driver.switch_to.active_element
            if matches(active):
                active.send_keys(*keys)
                return
            active.send_keys(Keys.TAB)
        raise AssertionError("the keyboard does not reach the element")

    def named(name):
        return lambda e: name in (e.text, e.get_attribute("aria-label"))

    with Demo() as demo, Browser(demo) as viewer, Browser(demo) as browser:
        viewer.sign_in(VIEWER)
        browser.sign_in(MANAGER, NEW)
        reach(browser, lambda e: e.get_attribute("id") == "emails", "kim@acme.example")
        reach(browser, named("Check before sending"), Keys.ENTER)
        browser.until(lambda: browser.all("button[value=send]"))
        reach(browser, named("Create 1 link"), Keys.ENTER)
        browser.until(lambda: browser.all("input.once"))
        browser.open(MEMBERS)
        reach(browser, named("Actions on Vic Viewer"), Keys.ENTER)
        reach(browser, named("Suspend…"), Keys.ENTER)
        browser.until(lambda: browser.all("#reason"))
        reach(browser, named("Suspend Vic Viewer"), Keys.ENTER)
        browser.until(lambda: browser.all(".notice"))
        assert "Vic Viewer was suspended" in notice(browser)
