"""What a web server loads."""

import atexit
import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from .wsgi_pool import close_pools, pool_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oddsproject.settings")
application = get_wsgi_application()

from collectors.watching import Watch  # noqa: E402 - its models can be loaded only now

pool_connections(settings.DATABASES, settings.DATABASE_POOL_SIZE)
atexit.register(close_pools)
# The scheduler watches too, but cannot tell that it is dead.
watch = Watch()
watch.start()
atexit.register(watch.stop)
# All of the above stays: looking through it for garbage takes 10 ms, again and again, in the middle of answers.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 50, 100)  # answers of thousands of prices leave no cycles behind
