"""The drawings of the interface: 24 × 24 line icons by name, and the eight-point star that is our mark."""

PATHS = {
    "arrow": "M4 12h15M13 6l6 6-6 6",
    "back": "M15 5l-7 7 7 7",
    "call": "M5 4h4l1.5 4.5-2 1.5a12 12 0 0 0 5.5 5.5l1.5-2L20 15v4a1.5 1.5 0 0 1-1.5 1.5C11 20.5 3.5 13 3.5 5.5A1.5 1.5 0 0 1 5 "
            "4z",
    "chat": "M4 5h16v11h-9l-4 3.5V16H4z",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "child": "M12 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM12 9.5v6M8 12h8M12 15.5L9 20.5M12 15.5l3 5",
    "clock": "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 7.5V12l3 2",
    "copy": "M9 9h10.5v11H9zM9 15H4.5V4H15v5",
    "eye": "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"
           "M12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
    "file": "M6 3.5h8l4 4v13H6zM14 3.5v4h4",
    "go": "M9 5l7 7-7 7",
    "image": "M4 5h16v14H4zM4 16l4.5-4.5 3.5 3.5 3-3 5 5M15.5 9.2v.1",
    "link": "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
    "lock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
    "mask": "M4 7c2.5-1 5.3-1.5 8-1.5s5.5.5 8 1.5c0 6-2.5 11.5-8 11.5S4 13 4 7z"
            "M7.5 10.8c1-.7 2-.7 3 0M13.5 10.8c1-.7 2-.7 3 0M9.5 15c1.7-.8 3.3-.8 5 0",
    "phone": "M8 2.5h8a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4"
             "A1.5 1.5 0 0 1 8 2.5zM10.5 18.5h3M8.5 6.5h7v8h-7zM8.5 13l2.3-2.5 1.7 1.7 1.3-1.2 1.7 2",
    "print": "M7 9V4h10v5M7 17H4.5V9.5h15V17H17M7 14h10v6H7z",
    "rupee": "M7 5h6.5a3.5 3.5 0 0 1 0 7H7zM7 12l7 7.5M5 9h12",
    "search": "M10.5 4.5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15 15l5 5",
    "shield": "M12 3l7.5 2.7v5.5c0 4.5-3 8-7.5 9.8-4.5-1.8-7.5-5.3-7.5-9.8V5.7zM8.5 12l2.5 2.5 4.5-5",
    "trash": "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
    "unlock": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 6.8-1.2",
    "warn": "M12 4l9 16H3zM12 10v4.5M12 17.3v.1",
    "x": "M6 6l12 12M18 6L6 18",
}
MIRRORED = frozenset({"arrow", "back", "go"})           # they point along the reading direction

MARK = ('<svg class="mark" viewBox="0 0 40 40" aria-hidden="true" fill="none" stroke="#ffc83d" stroke-width="2">'
        '<path d="M9 9h22v22H9zM20 4.4L35.6 20 20 35.6 4.4 20z"/>'
        '<circle cx="20" cy="20" r="4.5" fill="#ffc83d" stroke="none"/></svg>')
