"""One act on many cases: chosen, tried, begun, and done row by row.

    selecting   which cases
    acts        what each act asks of a case, does, and undoes; by the services that the case page calls
    starting    a draft becomes a run: what was typed is sealed for each case, and a job is asked for
    running     row by row, each exactly once, whoever is killed meanwhile
    trying      what would happen, before anything does
"""
