"""What holds for all tests."""

from hypothesis import settings

# how long an example takes says how busy the machine is, and nothing about the code
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")
