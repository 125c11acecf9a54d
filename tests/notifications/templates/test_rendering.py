"""What a person reads: numbers and days of their country, values that keep their direction, HTML that is safe."""

import pytest

from services.notifications.templates import catalogue, rendering
from services.notifications.templates.template import ParameterKind, Value
from services.notifications.templates.writing import written
from shared.funds.messages import Channel
from tests.kit.contexts import DZ, TN, funds


@pytest.mark.parametrize(
    ("kind", "value", "language", "fund_id", "text"),
    [
        (ParameterKind.AMOUNT, 315_000_050, "fr", DZ, "3\u00a0150\u00a0000,50\u00a0DA"),
        (ParameterKind.AMOUNT, 315_000_050, "ar", DZ, "3.150.000,50\u00a0د.ج."),
        (ParameterKind.AMOUNT, 3_150_050, "fr", TN, "3\u00a0150,050\u00a0DT"),
        (ParameterKind.AMOUNT, 3_150_050, "ar", TN, "3.150,050\u00a0د.ت."),
        (ParameterKind.AMOUNT, 32_000, "en", DZ, "320.00\u00a0DZD"),
        (ParameterKind.DAY, "2026-03-01", "fr", DZ, "1er\u00a0mars\u00a02026"),
        (ParameterKind.DAY, "2026-03-11", "fr", DZ, "11\u00a0mars\u00a02026"),
        (ParameterKind.DAY, "2026-08-01", "ar", DZ, "1\u00a0أوت\u00a02026"),
        (ParameterKind.DAY, "2026-08-01", "ar", TN, "1\u00a0أوت\u00a02026"),
        (ParameterKind.DAY, "2026-08-01", "en", DZ, "1\u00a0August\u00a02026"),
        (
            ParameterKind.INSTANT,
            "2026-03-01T23:30:00+00:00",
            "fr",
            DZ,
            "2\u00a0mars\u00a02026,\u00a000:30",
        ),
        (ParameterKind.PERIOD, "2025", "fr", DZ, "2025"),
        (ParameterKind.PERIOD, "2026-Q1", "fr", TN, "1er\u00a0trimestre\u00a02026"),
        (ParameterKind.COUNT, 10_000, "fr", DZ, "10\u00a0000"),
        (ParameterKind.NUMBERS, "3", "fr", DZ, "3"),
        (ParameterKind.NUMBERS, "1,2,3", "fr", DZ, "1, 2 et 3"),
        (ParameterKind.NUMBERS, "1,2", "ar", TN, "1 و2"),
        (ParameterKind.NUMBERS, "1,2", "en", TN, "1 and 2"),
        (ParameterKind.FORM, "das", "fr", DZ, "Déclaration annuelle des salaires et des salariés (DAS)"),
        (ParameterKind.FORM, "unheard-of", "fr", DZ, "déclaration des salaires"),
        (ParameterKind.CLAIM_TYPE, "unheard-of", "ar", DZ, "طلب"),
        (ParameterKind.PAPER, "unheard-of", "en", TN, "supporting paper"),
        (ParameterKind.CLAIM_TYPE, "care-reimbursement", "en", DZ, "Care reimbursement"),
        (ParameterKind.PAPER, "prescription", "ar", DZ, "الوصفة الطبية"),
        (ParameterKind.PAPER_REASON, "illegible", "fr", DZ, "illisible"),
        (ParameterKind.REFUSAL_REASON, "a-reason-of-tomorrow", "fr", DZ, "motif dans votre compte"),
    ],
)
def test_values_are_written_as_their_country_does(
    kind: ParameterKind, value: Value, language: str, fund_id: str, text: str
) -> None:
    assert written(kind, value, language=language, fund=funds()[fund_id]) == text


def shown(name: str, channel: Channel, language: str, **parameters: Value) -> rendering.Rendering:
    return rendering.render(
        catalogue.newest(name), channel=channel, language=language, fund=funds()[DZ], parameters=parameters
    )


def test_a_value_keeps_its_direction_in_arabic_and_an_sms_has_no_marks() -> None:
    parameters: dict[str, Value] = {"reference": "CL260000000197", "amount": 32_000}
    assert "\u2068CL260000000197\u2069" in shown("claim-paid", Channel.INBOX, "ar", **parameters).text
    assert "\u2068" not in shown("claim-paid", Channel.INBOX, "fr", **parameters).text
    assert not {"\u2068", "\u2069", "\u200f"} & set(shown("claim-paid", Channel.SMS, "ar", **parameters).text)


def test_n01_an_sms_in_french_is_written_in_the_short_alphabet() -> None:
    """A no-break space, ç or ê is not in it, and doubles what the message costs."""
    parameters: dict[str, Value] = {"reference": "CL260000000197", "amount": 315_000}
    assert "3 150,00 DA versés" in shown("claim-paid", Channel.SMS, "fr", **parameters).text
    assert "est recu." in shown("claim-submitted", Channel.SMS, "fr", reference="CL1", claim_type="x").text
    assert "reçu" in shown("claim-submitted", Channel.INBOX, "fr", reference="CL1", claim_type="x").subject
    assert "30 septembre 2026." in shown("card-refreshed", Channel.SMS, "fr", valid_until="2026-09-30").text


def test_mail_is_right_to_left_in_arabic_and_carries_the_funds_colour() -> None:
    parameters: dict[str, Value] = {"reference": "CL260000000197", "amount": 100_032_000}
    arabic = shown("claim-paid", Channel.EMAIL, "ar", **parameters)
    assert '<html lang="ar" dir="rtl">' in arabic.html and "<bdi>CL260000000197</bdi>" in arabic.html
    french = shown("claim-paid", Channel.EMAIL, "fr", **parameters)
    assert 'dir="ltr"' in french.html and funds()[DZ].branding.colour in french.html
    assert "<bdi>1\u00a0000\u00a0320,00\u00a0DA</bdi>" in french.html


def test_html_shows_what_it_is_given_and_does_nothing_with_it() -> None:
    mail = shown("claim-paid", Channel.EMAIL, "fr", reference="<script>alert(1)</script>", amount=1)
    assert "<script>" not in mail.html and "&lt;script&gt;" in mail.html
    link = 'https://example.org/?a=1&b="2"'
    mail = shown("account-activation", Channel.EMAIL, "fr", link=link, expires_at="2026-03-01T10:00:00+00:00")
    assert link in mail.text and 'href="https://example.org/?a=1&amp;b=&#34;2&#34;"' in mail.html


def test_a_parameter_that_is_not_given_is_a_fault_and_not_a_hole() -> None:
    with pytest.raises(KeyError):
        shown("claim-paid", Channel.SMS, "fr", reference="CL260000000197")


def test_an_older_version_is_still_there_to_be_read() -> None:
    newest = catalogue.newest("claim-paid")
    assert catalogue.every()["claim-paid", newest.version] is newest


@pytest.mark.parametrize("name", ["account-activation", "account-recovery"])
@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_m1_r12_a_link_in_a_mail_ends_where_it_ends(name: str, language: str) -> None:
    """Mail programs take whatever stands behind a link on its line into the address."""
    link = "https://portal.example.org/dz-cnas/activation#token=s3cret_-"
    mail = shown(name, Channel.EMAIL, language, link=link, expires_at="2026-03-01T10:00:00+00:00")
    assert link in mail.text.split("\n"), "on a line of its own, with nothing beside it"
    assert f'href="{link}">{link}</a>' in mail.html


def test_m1_no_text_puts_a_sign_beside_a_link() -> None:
    for template in catalogue.every().values():
        links = [name for name, kind in template.parameters.items() if kind is ParameterKind.LINK]
        for wording in template.wordings.values():
            assert all(f"{{{name}}}" in wording.text.split("\n") for name in links), template.name


@pytest.mark.parametrize(
    ("language", "workers", "said"),
    [
        ("fr", 0, "0 salarié."),
        ("fr", 1, "1 salarié."),
        ("fr", 2, "2 salariés."),
        ("fr", 10_000, "10\u00a0000 salariés."),
        ("en", 1, "1 worker."),
        ("en", 0, "0 workers."),
        ("ar", 1, "عامل واحد."),
        ("ar", 2, "عاملان."),
        ("ar", 3, "3 عمال."),
        ("ar", 11, "11 عاملا."),
        ("ar", 100, "100 عامل."),
    ],
)
def test_u8_a_word_beside_a_number_has_the_form_of_its_language(language: str, workers: int, said: str) -> None:
    parameters: dict[str, Value] = {"form": "das", "period": "2025", "due": 100, "due_on": "2026-01-31"}
    mail = shown("declaration-accepted", Channel.EMAIL, language, workers=workers, **parameters)
    assert said in mail.text and said in mail.html


@pytest.mark.parametrize(
    ("language", "instalments", "said"),
    [
        ("fr", "4", "échéance 4."),
        ("fr", "4,5", "échéances 4 et 5."),
        ("en", "4,5,6", "instalments 4, 5, and 6."),
        ("ar", "4", "القسط 4."),
        ("ar", "4,5", "القسطين 4 و5."),
        ("ar", "4,5,6", "الأقساط 4 و5 و6."),
    ],
)
def test_a_word_beside_some_numbers_has_the_form_for_how_many_they_are(
    language: str, instalments: str, said: str
) -> None:
    parameters: dict[str, Value] = {"reference": "SP250000000145", "instalments": instalments, "amount": 100}
    mail = shown("instalment-payment-reversed", Channel.EMAIL, language, **parameters)
    assert said in mail.text and said in mail.html


def test_u8_no_text_of_today_writes_its_plural_in_brackets() -> None:
    for name in {template.name for template in catalogue.every().values()}:
        for language, wording in catalogue.newest(name).wordings.items():
            assert "(s)" not in wording.text + wording.subject + wording.sms, f"{name} in {language}"
