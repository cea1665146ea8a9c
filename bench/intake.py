"""Somebody who records one intake after another over HTTP."""

from dataclasses import dataclass

from bench.browser import Browser, Page


@dataclass
class Intake:
    """One intake after another: the pages are filled unmeasured, the last step is what is timed."""

    lan: Browser
    last: str = ""

    def fill(self) -> None:
        """Fill the pages of a draft up to the check page."""
        self.lan.get("/ghi-nhan")
        begun = self.lan.post("/ghi-nhan/bat-dau", {"danger": "no", "mode": "record", "secret": "nobody"})
        draft = begun.location.rpartition("/")[0]
        for number, fields in _PAGES.items():
            answer = self.lan.post(f"{draft}/{number}", fields)
            if answer.status != 303:
                raise RuntimeError(f"page {number} of an intake answered {answer.status}")
        self.last = f"{draft}/8"
        self.lan.get(self.last)

    def submit(self) -> Page:
        """Send the check page: the draft becomes a case."""
        answer = self.lan.post(self.last, {})
        if answer.status != 303 or "vu-viec" not in answer.location:
            raise RuntimeError(f"an intake ended at {answer.location}")
        return answer


_PAGES: dict[int, dict[str, str | list[str]]] = {
    3: {
        "call_her": "chị Hai",
        "channel": "call",
        "phone": "0900 000 201",
        "hours": "evening",
        "never_say": "chuyện nhà",
        "reporter_type": "HANG_XOM",
        "report_channel": "GOI_DIEN",
    },
    4: {
        "name": "Nguyễn Thị Lụa Đào",
        "birth_year": "1990",
        "sex": "NU",
        "hamlet": "Thôn Một",
        "needs": ["psychosocial"],
        "count": "2",
        "who": "Bin 8 tuổi, Na 5 tuổi",
    },
    5: {
        "acts": ["A", "B"],
        "words": "Tối qua anh ấy uống rượu về rồi đập cửa. " * 6,
        "time_of_day": "night",
        "place": "home",
        "again": "before",
        "weapon": ["hands"],
        "injuries": ["arm"],
        "seen": "seen",
        "urgent": "soon",
    },
    6: {
        "relation": "VO_CHONG",
        "age": "AGE_26_40",
        "where": "same_house",
        "consent_police": "refused",
        "consent_health_station": "granted",
    },
    7: {
        "consent_sections_health_station": ["identity", "injuries"],
        "consent_form": "spoken",
        "consent_by": "herself",
    },
}
