-- Works around a defect of Prosody 0.12: a resumed session goes on feeding the parser of the connection that was lost. When that connection broke
-- within a stanza, everything that comes after the resumption is taken for the inside of the half stanza, and the server is deaf.
module:hook("smacks-hibernation-end", function (event)
	event.resumed.data = event.origin.data;
end);
