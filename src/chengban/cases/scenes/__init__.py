"""One thing, one form (一件事): a scene's items as a graph, the plan that answers make of it, the form that asks nothing twice."""
