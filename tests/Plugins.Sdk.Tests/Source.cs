using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Ahenk.Plugins.Sdk.Tests;

/// <summary>Code that authors copy, compiled as their project would compile it and loaded as the agent would load it.</summary>
internal static class Source
{
    /// <summary>What ImplicitUsings gives every project of the plain SDK.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The root of the source tree.</summary>
    public static string Tree { get; } =
        typeof(Source).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "Tree").Value!;

    /// <summary>Compiles sources without warnings and makes the plugin that is in them.</summary>
    public static IPlugin Plugin(params IEnumerable<string> sources)
    {
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Plugin",
            sources.Prepend(ImplicitUsings).Select(text => CSharpSyntaxTree.ParseText(text, options, cancellationToken: TestContext.Current.CancellationToken)),
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        GeneratorDriver generators = CSharpGeneratorDriver.Create(Generators().Select(GeneratorExtensions.AsSourceGenerator), parseOptions: options);
        generators.RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var flaws, TestContext.Current.CancellationToken);
        using var image = new MemoryStream();
        var result = generated.Emit(image, cancellationToken: TestContext.Current.CancellationToken);
        Assert.DoesNotContain(result.Diagnostics.Concat(flaws), diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning);
        image.Position = 0;

        var context = new AssemblyLoadContext("plugin of a test", isCollectible: true);
        var type = Assert.Single(context.LoadFromStream(image).GetExportedTypes(), type => type.IsAssignableTo(typeof(IPlugin)));
        return (IPlugin)Activator.CreateInstance(type)!;
    }

    /// <summary>The generators that the template's project gets from its package, from where the build found them.</summary>
    private static IEnumerable<IIncrementalGenerator> Generators() =>
        from path in typeof(Source).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Where(item => item.Key == "Generator").Select(item => item.Value!)
        from type in Assembly.LoadFrom(path).GetTypes()
        where type.IsAssignableTo(typeof(IIncrementalGenerator)) && !type.IsAbstract
        select (IIncrementalGenerator)Activator.CreateInstance(type)!;
}
