"""What a payroll program writes: wage files in the layouts that the funds take, put together here by hand.

Nothing of the services is used: if the platform reads these, it reads what others write.
"""

from deploy.local.demo.people import Cast, Worker

CRLF = "\r\n"


def das_b(characters: Cast, *, year: int, birth_of_first: str = "") -> dict[str, bytes]:
    """The Algerian annual declaration in profile B: a header of 216 and details of 229 characters, Windows-1252."""
    number = characters.employer.number
    quarters = [sum(3 * worker.wage_minor for worker in characters.workers)] * 4
    header = (
        f"{number}N{year}16001{'EXEMPLE':<30}{characters.employer.name:<30}{'12 RUE EXEMPLE ALGER':<50}"
        + "".join(f"{quarter:016d}" for quarter in quarters)
        + f"{sum(quarters):016d}{len(characters.workers):06d}"
    )
    details = [
        _das_b_line(characters, worker, year=year, line=line, birth=birth_of_first if line == 1 else "")
        for line, worker in enumerate(characters.workers, start=1)
    ]
    return {
        f"D{year}E{number}.TXT": (header + CRLF).encode("cp1252"),
        f"D{year}S{number}.TXT": "".join(detail + CRLF for detail in details).encode("cp1252"),
    }


def _das_b_line(characters: Cast, worker: Worker, *, year: int, line: int, birth: str) -> str:
    quarter = f"003M{3 * worker.wage_minor:012d}"
    return (
        f"{characters.employer.number}{year}{line:05d}{worker.insurance_number}{worker.family_name:<30}{worker.first_name:<30}"
        f"{birth or f'{worker.birth_on:%d%m%Y}'}{quarter * 4}01022020{'0' * 8}{'':<50}"
    )


def tn_122(characters: Cast, *, year: int, quarter: int) -> dict[str, bytes]:
    """The Tunisian quarterly file: 122 characters a worker, lines ended by LF but the last."""
    number = characters.employer.number
    lines = [
        f"{number}0000{quarter}{year}{1 + index // 12:03d}{1 + index % 12:02d}{worker.insurance_number}"
        f"{f'{worker.family_name} {worker.first_name}':<60}{worker.national_id}{3 * worker.wage_minor:010d}{'':<10}"
        for index, worker in enumerate(characters.workers)
    ]
    return {f"DS{number}0000.{quarter}{year}.txt": "\n".join(lines).encode("ascii")}
