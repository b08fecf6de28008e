using Ahenk.Grains.Interfaces;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>A machine whose parts a test exchanges.</summary>
public sealed class FakeFingerprint : IMachineFingerprint
{
    public MachineFingerprint Now { get; set; } = new();

    public MachineFingerprint Read() => Now;
}

/// <summary>What Lider ordered, in the memory of the other fakes.</summary>
public sealed class FakeOrderStore(FakeDocumentStore documents) : IOrderStore
{
    public int Forgotten { get; private set; }

    public async ValueTask ForgetAllAsync()
    {
        Forgotten++;
        var policies = await documents.ListAsync(DocumentKinds.Policies);
        await documents.SaveAsync([.. policies.Select(document => document with { Text = null })], []);
    }
}
