-- Password accounts and SASL ANONYMOUS on one virtual host, as Lider's registration needs it (LP 1.2); stock Prosody has only one of
-- the two per host. Passwords are kept as they are, so that PLAIN suffices.
local sasl = require "util.sasl";
local accounts = module:open_store("accounts");
local provider = {};

local function password_of(user)
	local record = accounts:get(user);
	return record and record.password;
end

local function store(user, password)
	return accounts:set(user, password and { password = password } or nil);
end

provider.get_password = password_of;
provider.set_password = store;
provider.create_user = store;

function provider.test_password(user, password)
	return password_of(user) == password or nil;
end

function provider.delete_user(user)
	return store(user, nil);
end

function provider.user_exists(user)
	return password_of(user) ~= nil or nil;
end

function provider.users()
	return accounts:users();
end

function provider.get_sasl_handler()
	return sasl.new(module.host, {
		plain = function(_, user)
			local password = password_of(user);
			return password or "", password and true or nil;
		end;
		anonymous = function()
			return true;
		end;
	});
end

module:provides("auth", provider);
