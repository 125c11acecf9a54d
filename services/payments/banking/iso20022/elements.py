"""How elements of our own messages are made."""

from lxml import etree


def element(name: str, *content: str | etree._Element, **attributes: str) -> etree._Element:
    """An element with texts and elements in it."""
    # Without a namespace of its own: it is written inside `Document`, whose default namespace holds for all.
    made = etree.Element(name, attributes)
    for part in content:
        if isinstance(part, str):
            made.text = part
        else:
            made.append(part)
    return made


def national_account(number: str) -> etree._Element:
    """A national account number, as the content of an account."""
    return element("Id", element("Othr", element("Id", number)))
