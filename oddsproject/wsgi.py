"""What a web server loads."""

import atexit
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from .wsgi_pool import close_pools, pool_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oddsproject.settings")
application = get_wsgi_application()
pool_connections(settings.DATABASES, settings.DATABASE_POOL_SIZE)
atexit.register(close_pools)
