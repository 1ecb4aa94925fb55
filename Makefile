# The same verbs as ./mehfooz.
.PHONY: run test check bench lock
run test check bench lock:
	@./mehfooz $@ $(ARGS)
