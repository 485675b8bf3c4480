"""Signing in, out and keeping accounts in a real browser."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from db.session import open_store
from framewatch import accounts
from framewatch.people import Role
from tests.browser import assert_for_everybody, served, watched
from tests.made_once import migrate

pytest_plugins = ("tests.browser",)
pytestmark = pytest.mark.slow

GOOD = "correct horse battery"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A dashboard where people sign in: its address, up to the pages of the topic."""
    url = f"sqlite:///{tmp_path_factory.mktemp('guarded')}/store.db"
    migrate(url)
    store = open_store(url)
    for role in Role:
        accounts.add(store, role.word, role, GOOD, datetime(2025, 3, 1, tzinfo=UTC))
    store.dispose()
    yield from served(url, FRAMEWATCH_SIGN_IN="on")


def root_of(address: str) -> str:
    return address.partition("/t/")[0]


def sign_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(GOOD)
    page.keyboard.press("Enter")
    page.wait_for_url(address)


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["script", "plain"])
def test_one_signs_in_where_one_wanted_to_go_and_out_again(chromium, guarded, options):
    """By keyboard, with and without JavaScript; the way back shows nothing."""
    for page in watched(chromium, **options):
        sign_in(page, f"{guarded}method?by=week", "viewer")
        assert "viewer" in page.locator(".who").inner_text()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        page.go_back()
        page.wait_for_url("**/sign-in?next=*")


def test_an_operator_adds_an_account_and_takes_it_away(page, guarded):
    """The forms carry what they need, and the browser says where they come from."""
    sign_in(page, f"{root_of(guarded)}/people", "operator")
    page.get_by_label("Name").fill("vera")
    page.get_by_label("Password, 12").fill(GOOD)
    page.get_by_role("button", name="Add", exact=True).click()
    line = page.locator(".people > li", has_text="vera")
    assert "viewer" in line.inner_text()
    page.get_by_role("combobox", name="Role of vera").select_option("analyst")
    page.get_by_role("button", name="Change the role of vera").click()
    assert "analyst" in line.locator("p").inner_text()
    page.get_by_role("button", name="Remove vera").click()
    assert line.count() == 0


def test_the_pages_of_accounts_are_for_everybody(phone, guarded):
    """On a phone."""
    root = root_of(guarded)
    phone.goto(f"{root}/sign-in")
    assert_for_everybody(phone)
    sign_in(phone, f"{root}/people", "operator")
    for address in ("people", "account"):
        phone.goto(f"{root}/{address}")
        assert_for_everybody(phone)
