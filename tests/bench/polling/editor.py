"""`python -m tests.bench.polling.editor URL SEED`: publishes one bulletin for each line of stdin, and says when."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from random import Random

from sqlalchemy import select

from store import bulletins, publication
from store.database import Database
from store.models import DbCategory, DbOrganisation
from store.types import Draft
from tests.bench.polling.publishing import Published

PARAGRAPHS = 8
SENTENCE = "Bản tin được đăng trong lúc nhiều người đang hỏi, để xem bao lâu thì ai cũng thấy."


def main(database_url: str, seed: int) -> None:
    """Publish a bulletin for each line of stdin, and say when on stdout."""
    database, random = Database(database_url), Random(f"publishing/{seed}")
    with database.snapshot() as session:
        categories = list(session.scalars(select(DbCategory.name).order_by(DbCategory.id)))
        bodies = list(session.scalars(select(DbOrganisation.name).order_by(DbOrganisation.id)))
    for number, _ in enumerate(sys.stdin, start=1):
        title = f"Published-{os.getpid()}-{number:06}"
        draft = Draft(
            title=title,
            lead=SENTENCE,
            body="".join(f"<p>{SENTENCE} ({title}.{part})</p>\n" for part in range(PARAGRAPHS)),
            publisher=random.choice(bodies),
            categories=(random.choice(categories),),
        )
        begun_at = time.monotonic()
        with database.transaction() as session:
            publication.publish(session, bulletins.draft(session, draft))
        said = Published(title, begun_at, time.monotonic())
        print(json.dumps(asdict(said)), flush=True)
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
