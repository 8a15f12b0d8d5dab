"""One `Chat` call for every model.

    gateway.Chat.ask ─▶ structured        schema, one repair turn; a cut, filtered or refused reply is no text
          └▶ ledger/recorded              paid replies are remembered; equal questions make one call, across processes
               └▶ limits/retry            transient failures, bounded; a bad key or dead address stops the run
                    └▶ limits/limiter     calls in flight, pauses (429), ceilings a minute, outages; early rows first
                         └▶ limits/budget money and calls, set aside before a call goes out ─▶ prices
                              └▶ a backend
                                   ├── http          OpenAI-compatible endpoints (responses: what they answer)
                                   ├── lite          LiteLLM: every other provider
                                   └── vllm/child    a model folder, served by a child process
    in this process, without a limiter:  offline (the built-in speaker), local (a model folder)

The wrappers and the backends have one method, `complete(request)`; `gateway.Gateway` is the only place that composes
them. `names` decides which backend a model name means, `limits/meter` counts, `ledger/account` summarises a ledger.
"""
