"""One `Chat` call for every model.

    gateway.Chat.ask ─▶ structured     schema, one repair turn; a cut, filtered or refused reply is no text
          └▶ recorded ─▶ ledger        what was paid for is remembered; equal questions make one call, also of two processes
               └▶ retry                failures in passing, bounded; a bad key or dead address stops the run
                    └▶ limiter ─▶ limits  calls in flight, pauses, ceilings a minute, outages; early rows go first
                         └▶ budget     money and calls, set aside before a call goes out ─▶ prices
                              └▶ a backend
                                   ├── http         OpenAI-compatible endpoints (answers: reading what they say)
                                   ├── lite         LiteLLM: every other provider
                                   └── vllm_child   a model folder, served by a child process
    in this process, without a limiter:  offline (the built-in speaker), local (a model folder)

The wrappers and the backends have one method, `complete(request)`; `gateway.Gateway` is the only place that composes
them. `names` decides which backend a model name means, `meter` counts, `account` looks into a ledger.
"""
