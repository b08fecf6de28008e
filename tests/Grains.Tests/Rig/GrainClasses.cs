using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;

namespace Ahenk.Grains.Tests.Rig;

/// <summary>Chooses which of two grain classes stands for an interface.</summary>
public static class GrainClasses
{
    /// <summary>Fake grains of this assembly are used where a test asks for them, and then take the place of the real ones.</summary>
    public static ISiloBuilder UseFakes(this ISiloBuilder silo, params Type[] fakes)
    {
        silo.Services.PostConfigure<GrainTypeOptions>(options =>
        {
            var faked = fakes.SelectMany(OwnInterfaces).ToHashSet();
            options.Classes.RemoveWhere(type =>
                !fakes.Contains(type) && (type.Assembly == typeof(GrainClasses).Assembly || OwnInterfaces(type).Any(faked.Contains)));
        });
        return silo;
    }

    private static IEnumerable<Type> OwnInterfaces(Type type) =>
        type.GetInterfaces().Where(face => face is { Name: "IPolicyGrain" or "IAgreementGrain" or "IUserSessionGrain" });
}
