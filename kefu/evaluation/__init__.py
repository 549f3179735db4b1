"""How well a trained model understands, `kefu eval nlu`: figures on labelled messages, thresholds.

Only predicting.py and the reader of Rasa's YAML import Rasa.
"""
