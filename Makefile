# The same verbs as ./mehfooz.
.PHONY: run test check bench screenshots lock
run test check bench screenshots lock:
	@./mehfooz $@ $(ARGS)
