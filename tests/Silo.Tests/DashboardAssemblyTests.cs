using System.Reflection;
using System.Reflection.Emit;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class DashboardAssemblyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ahenk-dashboard-").FullName;
    private readonly DashboardAccess _access = new(0);
    private readonly ServiceCollection _services = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_dashboard_that_is_not_installed_is_named_and_keeps_nothing_from_starting()
    {
        DashboardAssembly.AddTo(_services, Path.Combine(_folder, "none"), _access);

        Assert.Contains("Install the package again", _access.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_another_version_that_fails_half_way_is_told_and_leaves_nothing_behind()
    {
        _services.AddSingleton(_access);
        WriteUnfit();

        DashboardAssembly.AddTo(_services, _folder, _access);

        Assert.Contains("Install the package again", _access.Problem, StringComparison.Ordinal);
        Assert.Same(_access, Assert.Single(_services).ImplementationInstance);
    }

    /// <summary>Takes all services away, and then misses a method.</summary>
    private void WriteUnfit()
    {
        var contract = typeof(IDashboardModule).GetMethod(nameof(IDashboardModule.AddTo))!;
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Ahenk.Dashboard"), typeof(object).Assembly);
        var module = assembly.DefineDynamicModule("Ahenk.Dashboard")
            .DefineType("Ahenk.Dashboard.DashboardModule", TypeAttributes.Public | TypeAttributes.Class, typeof(object), [typeof(IDashboardModule)]);
        module.DefineDefaultConstructor(MethodAttributes.Public);
        var addTo = module.DefineMethod(
            contract.Name, MethodAttributes.Public | MethodAttributes.Virtual, typeof(void), [.. contract.GetParameters().Select(parameter => parameter.ParameterType)]);
        var code = addTo.GetILGenerator();
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Callvirt, typeof(ICollection<ServiceDescriptor>).GetMethod(nameof(ICollection<>.Clear))!);
        code.Emit(OpCodes.Newobj, typeof(MissingMethodException).GetConstructor([])!);
        code.Emit(OpCodes.Throw);
        module.CreateType();
        assembly.Save(Path.Combine(_folder, "Ahenk.Dashboard.dll"));
    }
}
