"""The invented people and firms of most tests, by the references that services know them under."""

AMIRA = "pamiraaaaaaaaaaaaaaaaaaaa"
KARIM = "pkarimaaaaaaaaaaaaaaaaaaa"
FIRM = "1600000001"
