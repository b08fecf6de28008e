"""Reads schedules from standard input and answers when each of them comes next, in UTC. Times are seconds since 1970."""
import json
import sys
from datetime import datetime, timezone

from croniter import croniter

question = json.load(sys.stdin)
answers = []
for row in question["rows"]:
    times = croniter(row["expression"], datetime.fromtimestamp(row["after"], timezone.utc))
    answers.append([int(times.get_next(float)) for _ in range(question["count"])])
json.dump(answers, sys.stdout)
