#!/usr/bin/env python3
"""Makes Tests/ReportTests/Golden/csv_cases.json: corner cases of CSV as Python's csv module reads
them.

    python3 tools/golden/csv_cases.py > Tests/ReportTests/Golden/csv_cases.json

Each case has the text in Latin-1 (so that it can hold any byte), the records, and the line on which
each starts. Where Espalier is stricter on purpose (a quote inside an unquoted field, text after a
closing quote, a quote that is never closed, bytes that are not UTF-8) there is no case here. Empty
lines are records of one empty field there and none here, so none occur.
"""

import csv
import io
import json
import random


def read(text):
    decoded = text.encode("latin-1").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(decoded, newline=""), strict=True))
    return rows


def lines(text):
    """The line of each record: LF, CRLF and CR end one outside quotes, LF counts within."""
    result, line, start, quoted, content, previous = [], 1, 1, False, False, ""
    for c in text.encode("latin-1").decode("utf-8-sig"):
        if c == "\n" and previous == "\r" and not quoted:
            previous = c
            continue
        if not content:
            start, content = line, True
        if c == '"':
            quoted = not quoted
        elif c == "\n" and quoted:
            line += 1
        elif c in "\r\n" and not quoted:
            line += 1
            result.append(start)
            content = False
        previous = c
    if content:
        result.append(start)
    return result


FIXED = [
    "a,b,c\n1,2,3\n",
    "a,b\r\n1,2\r\n",
    "a,b\r1,2\r",
    "a,b\n1,2",
    "a,b\r\n1,2\n3,4\r5,6",
    '"a","b"\n"1","2"\n',
    '"a,b","c"\n',
    '"say ""hello""",x\n',
    '"""",""""""\n',
    '"two\nlines",x\n"three\n\nlines",y\n',
    '"crlf\r\nwithin",x\r\nnext,y\r\n',
    '"cr\rwithin",x\n',
    ',\n,,\n',
    '"",""\n',
    '"",x\n',
    'x,""\n',
    " a , b \n",
    "tab\tin,it\n",
    '" quoted spaces "\n',
    "a;b,c\n",
    "'single',quotes\n",
    "\\n,back\\slash\n",
    '"last, without end"',
    '"last""one"""',
    "x,",
    '"x",',
    "\u00ef\u00bb\u00bfbom,first\n1,2\n",
    '\u00ef\u00bb\u00bf"bom quoted",x\n',
    "\u00c3\u00a4,\u00e2\u0080\u0093,\u00f0\u009f\u008c\u00b3\n",
    '"\u00c3\u00a4,\n\u00e2\u0080\u0093"\n',
    "nul\x00byte,x\n",
    "=1+1,@x,-3,+4\n",
    "a\x0bb,c\x0cd\n",
    "1e5,0x10,NaN,Infinity,-0\n",
]


def field(generator):
    alphabet = ["a", "\u00df", "\u2013", ",", '"', "\n", "\r", "\r\n", " ", "\t", "", "'", "0.5", ";"]
    return "".join(generator.choice(alphabet) for _ in range(generator.randrange(5)))


def drawn(generator):
    out = io.StringIO()
    quoting = generator.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
    end = generator.choice(["\n", "\r\n", "\r"])
    writer = csv.writer(out, quoting=quoting, lineterminator=end)
    for _ in range(generator.randrange(1, 5)):
        writer.writerow([field(generator) for _ in range(generator.randrange(2, 5))])
    text = out.getvalue().encode("utf-8").decode("latin-1")
    return text[: -len(end)] if generator.random() < 0.3 else text


def main():
    generator = random.Random(4180)
    texts = FIXED + [drawn(generator) for _ in range(80)]
    cases = []
    for text in texts:
        rows = read(text)
        if [] in rows:
            continue  # an empty line
        places = lines(text)
        assert len(rows) == len(places), (text, rows, places)
        cases.append({"text": text, "records": rows, "lines": places})
    print(json.dumps(cases, indent=0, separators=(",", ":")))


main()
