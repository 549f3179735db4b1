"""What a buyer can have done in a conversation: a task asks, sums up, and after a yes carries out.

`task` is the form of one, the files beside it are the tasks, `steps/` their questions, and
`conversation` leads through them. Nothing here knows Rasa; `actions/task_form.py` does.
"""

from kefu.tasks.catalogue import TASKS, task_meant
from kefu.tasks.conversation import CONFIRMED, TaskConversation, Turn
from kefu.tasks.said import Button, Reply, Said
from kefu.tasks.step import Situation
from kefu.tasks.task import Task

__all__ = [
    "CONFIRMED",
    "TASKS",
    "Button",
    "Reply",
    "Said",
    "Situation",
    "Task",
    "TaskConversation",
    "Turn",
    "task_meant",
]
