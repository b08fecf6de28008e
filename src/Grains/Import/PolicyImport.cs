using System.Text.Json;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.Policies;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.Grains.Import;

/// <summary>
/// Makes stored policies of the Python Ahenk's. Whoever is logged in has them applied already: they are not applied again as long as Lider says that they are what
/// is assigned.
/// </summary>
internal sealed class PolicyImport(string boot, TimeProvider time, ImportReport report)
{
    private const string Subject = "policy";

    /// <param name="policies">The policies.</param>
    /// <param name="users">Those who are logged in: the key of their policies, and the name by which plugins know them.</param>
    public IReadOnlyList<Document> Make(IEnumerable<OldPolicy> policies, IReadOnlyDictionary<string, string> users)
    {
        var documents = new List<Document>();
        foreach (var ofOne in policies.GroupBy(KeyOf))
        {
            if (ofOne.Key is not { } key)
            {
                report.LeaveOut(Subject, $"The policies of {ImportReport.Quote(ofOne.First().User)} are not taken over: that is no login name.");
                continue;
            }

            var stored = ofOne
                .Select(policy => Take(policy, key))
                .OfType<StoredPolicy>()
                .GroupBy(policy => policy.Id).Select(same => same.Last())
                .OrderBy(policy => LiderDate.TryParse(policy.AssignDate)?.ToInstant(TimeZoneInfo.Utc) ?? DateTimeOffset.MinValue).ThenBy(policy => policy.Id)
                .ToList();
            if (stored.Count > 0)
            {
                documents.Add(Document(key, new PolicySet { Policies = stored }, users));
            }
        }

        return documents;
    }

    private static string? KeyOf(OldPolicy policy) => policy.User is null ? IPolicyGrain.MachineKey : LoginName.Parse(policy.User)?.User;

    private StoredPolicy? Take(OldPolicy policy, string key)
    {
        var name = $"The policy {policy.Id?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "without an id"} of {Whose(key)}";
        if (string.IsNullOrEmpty(policy.Version))
        {
            report.LeaveOut(Subject, $"{name} is not taken over: it has no version. Lider sends it again.");
            return null;
        }

        var profiles = new List<StoredProfile>();
        foreach (var profile in policy.Profiles)
        {
            if (string.IsNullOrWhiteSpace(profile.Plugin) || !IsObject(profile.Data))
            {
                // With a profile less it would be another policy under the same version.
                report.LeaveOut(Subject, $"{name} is not taken over: a profile of it has no plugin, or data that is not a JSON object. Lider sends it again.");
                return null;
            }

            profiles.Add(new StoredProfile
            {
                Label = profile.Label,
                Plugin = profile.Plugin.Trim().ToLowerInvariant(),
                PluginVersion = string.IsNullOrWhiteSpace(profile.PluginVersion) ? null : profile.PluginVersion.Trim(),
                Data = profile.Data!,
                Overridable = profile.Overridable,
                Active = profile.Active,
                Deleted = profile.Deleted,
            });
        }

        report.Take(Subject, $"{name}, version {ImportReport.Quote(policy.Version)}, with {profiles.Count} profiles.");
        return new StoredPolicy
        {
            Id = policy.Id,
            Version = policy.Version,
            AssignDate = policy.AssignDate,
            ExpirationText = policy.Expires,
            ExecutionId = policy.ExecutionId,
            Profiles = profiles,
        };
    }

    private Document Document(string key, PolicySet set, IReadOnlyDictionary<string, string> users)
    {
        var isMachine = key == IPolicyGrain.MachineKey;
        var scope = isMachine ? PolicyScope.Machine : PolicyScope.User;

        // The Python Ahenk applies the machine's policies along with those of the user who logs in.
        var isApplied = isMachine ? users.Count > 0 : users.ContainsKey(key);
        var state = new PolicyState
        {
            User = isMachine ? null : users.GetValueOrDefault(key, key),
            IsIn = !isMachine && isApplied,
            Boot = boot,
            Set = set,
            Applied = isApplied ? [.. InForce(set, scope)] : [],
        };
        return new Document(new DocumentKey(DocumentKinds.Policies, key), state.ToJson());
    }

    private IEnumerable<AppliedProfile> InForce(PolicySet set, PolicyScope scope) =>
        from policy in set.Policies
        where !(policy.EndsAt(PolicyZone.Istanbul) <= time.GetUtcNow())
        from profile in policy.Profiles
        where profile.IsInUse
        select new AppliedProfile { Plugin = profile.Plugin, Scope = scope, PolicyId = policy.Id, Print = ProfilePrint.Of(scope, policy, profile) };

    private static string Whose(string key) => key == IPolicyGrain.MachineKey ? "the machine" : ImportReport.Quote(key);

    private static bool IsObject(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "", new JsonDocumentOptions { MaxDepth = 48 });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            return false;
        }
    }
}
