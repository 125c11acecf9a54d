"""The link of a campaign's mail: a page that asks, and a post that mail programs send without any session."""

import pytest

from frontends.kit.security import _is_from_elsewhere
from frontends.portal.portal import PORTAL
from tests.kit.frontends import rendered, unreached

APP = unreached(PORTAL)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_link_alone_changes_nothing_and_the_page_asks(language: str) -> None:
    with APP.app_context():
        asking = rendered(APP, "anyone/unsubscribe.html", language=language, token="k1.x", is_done=False, problem=None)
        done = rendered(APP, "anyone/unsubscribe.html", language=language, token="k1.x", is_done=True, problem=None)
    assert 'method="post"' in asking and "/unsubscribe/k1.x" in asking
    assert "/unsubscribe/" not in done and "/messages/preferences" in done


def test_only_this_page_takes_posts_from_elsewhere() -> None:
    free = {name for name, view in APP.view_functions.items() if getattr(view, "is_from_elsewhere", False)}
    assert free == {"unsubscribe.unsubscribe"}
    with APP.test_request_context("/unsubscribe/k1.x", method="POST"):
        assert _is_from_elsewhere()
    with APP.test_request_context("/messages/preferences", method="POST"):
        assert not _is_from_elsewhere()
