-- One virtual host with both password accounts and SASL ANONYMOUS, as Lider's registration needs (LP 1.2); stock Prosody
-- allows only one of the two per host. Passwords are kept plain, so that PLAIN and every SCRAM of Prosody can be offered;
-- the option disable_sasl_mechanisms takes single mechanisms away.
local new_sasl = require "util.sasl".new;
local accounts = module:open_store("accounts");
local provider = {};

function provider.get_password(user) return (accounts:get(user) or {}).password; end
function provider.test_password(user, password)
  local record = accounts:get(user);
  if record and record.password == password then return true; end
  return nil, "bad credentials";
end
function provider.set_password(user, password) return accounts:set(user, { password = password }); end
function provider.create_user(user, password) return accounts:set(user, { password = password }); end
function provider.delete_user(user) return accounts:set(user, nil); end
function provider.user_exists(user) return accounts:get(user) ~= nil or nil; end
function provider.users() return accounts:users(); end
function provider.get_sasl_handler()
  return new_sasl(module.host, {
    plain = function(_, user)
      local password = provider.get_password(user);
      return password or "", password and true or nil;
    end;
    anonymous = function() return true; end;
  });
end
module:provides("auth", provider);
