"""The application for any WSGI server: `granian --interface wsgi wsgi:app`, `gunicorn wsgi:app` ..."""

from feeds.app import create_app, start_upkeep
from feeds.settings import Settings

app = create_app(Settings.from_env())
start_upkeep(app)
