"""Takes one instance out of a series, as khal's calendar does when somebody presses D and chooses "this": the command
line of khal has only "all of them". Arguments: khal's configuration, the day of the instance, a word of its title."""
import datetime
import sys

from khal.cli import build_collection
from khal.settings import get_config

configuration, day, title = sys.argv[1:]
collection = build_collection(get_config(configuration), None)
[event] = [one for one in collection.get_events_on(datetime.date.fromisoformat(day)) if title in one.summary]
event.delete_instance(event.recurrence_id)
collection.update(event)
