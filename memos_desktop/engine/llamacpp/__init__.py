"""GGUF models through llama.cpp: a thin driver over the ctypes functions of llama-cpp-python.

    backend    checks a file, decides layers and context, loads it   → engine
    engine     one loaded model: prompt in, stream of chunks out
    cache      which tokens the context holds; evaluates what is missing; the stop flag
    sampler    the chain that picks the next token
    template   turns → text of the model's chat template, texts kept apart from template
    tokens     text ↔ token ids, special tokens only where the template wrote them
    gguf       reads a file's header before llama.cpp sees it
    library    loads the shared library once, routes its log, lists devices

Only `library` imports llama_cpp, and only when a model is loaded.
"""
