"""One `Chat` call for every model.

    gateway.Chat.ask ─▶ structured (schema, one repair) ─▶ retry ─▶ limit ─▶ a backend
                                                                             ├── offline  the built-in speaker
                                                                             ├── http     OpenAI-compatible endpoints
                                                                             ├── lite     LiteLLM: every other provider
                                                                             └── local    a model folder, in this process

The wrappers and the backends have one method, `complete(request)`; `gateway.open_chat` is the only place that composes
them. `names` decides which backend a model name means.
"""
