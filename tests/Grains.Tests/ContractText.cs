using System.Reflection;
using System.Text;

namespace Ahenk.Grains.Tests;

/// <summary>Writes down what others build on: grain interfaces, the values that pass them, and a library's public API.</summary>
internal static class ContractText
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>The grain interfaces and the serialized values of an assembly, with what goes over a call: methods and numbered members.</summary>
    public static string OfGrains(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in Exported(assembly))
        {
            if (type.IsInterface && type.IsAssignableTo(typeof(IGrain)))
            {
                text.AppendLine($"grain {type.Name} : {string.Join(", ", type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal))}");
                foreach (var method in type.GetMethods().Select(Signature).Order(StringComparer.Ordinal))
                {
                    text.AppendLine($"    {method}");
                }
            }
            else if (type.IsDefined(typeof(GenerateSerializerAttribute)))
            {
                text.AppendLine($"value {type.Name}");
                foreach (var (id, member) in type.GetProperties().Where(property => property.IsDefined(typeof(IdAttribute)))
                    .Select(property => (property.GetCustomAttribute<IdAttribute>()!.Id, property)).OrderBy(item => item.Id))
                {
                    text.AppendLine($"    {id}: {Name(member)} {member.Name}");
                }
            }
            else if (type.IsEnum)
            {
                text.AppendLine(EnumLine(type));
            }
        }

        return text.ToString();
    }

    /// <summary>The whole public API of an assembly.</summary>
    public static string OfLibrary(Assembly assembly)
    {
        var text = new StringBuilder($"assembly {assembly.GetName().Name} {assembly.GetName().Version}\n");
        foreach (var type in Exported(assembly))
        {
            if (type.IsEnum)
            {
                text.AppendLine(EnumLine(type));
                continue;
            }

            var kind = type switch
            {
                { IsInterface: true } => "interface",
                { IsValueType: true } => "struct",
                _ when type.IsSubclassOf(typeof(Delegate)) => "delegate",
                { IsAbstract: true, IsSealed: true } => "static class",
                { IsAbstract: true } => "abstract class",
                { IsSealed: true } => "sealed class",
                _ => "class",
            };
            text.AppendLine($"{kind} {type.Name}");
            foreach (var member in Members(type, isDelegate: kind == "delegate").Order(StringComparer.Ordinal))
            {
                text.AppendLine($"    {member}");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<Type> Exported(Assembly assembly) => assembly.GetExportedTypes()
        .Where(type => type.Namespace?.StartsWith("Ahenk.", StringComparison.Ordinal) == true).OrderBy(type => type.Name, StringComparer.Ordinal);

    private static string EnumLine(Type type) =>
        $"enum {type.Name} {{ {string.Join(", ", Enum.GetNames(type).Select(name => $"{name} = {Enum.Format(type, Enum.Parse(type, name), "d")}"))} }}";

    private static IEnumerable<string> Members(Type type, bool isDelegate)
    {
        if (isDelegate)
        {
            return [Signature(type.GetMethod("Invoke")!)];
        }

        var constructors = type.GetConstructors(Own).Select(constructor => $"new({Parameters(constructor)})");
        var properties = type.GetProperties(Own).Select(property =>
            $"{(property.GetAccessors()[0].IsStatic ? "static " : "")}{Name(property)} {property.Name} {{ {Accessors(property)} }}");
        var fields = type.GetFields(Own).Select(field => field.IsLiteral
            ? $"const {Name(field.FieldType)} {field.Name} = {field.GetRawConstantValue()}"
            : $"{Name(field.FieldType)} {field.Name}");

        // What the compiler makes of a record follows from the rest.
        var methods = type.GetMethods(Own)
            .Where(method => !method.IsSpecialName && !method.Name.Contains('<', StringComparison.Ordinal) && method.GetBaseDefinition().DeclaringType == type)
            .Where(method => method.Name is not ("Equals" or "Deconstruct" or "PrintMembers"))
            .Select(Signature);
        return [.. constructors, .. properties, .. fields, .. methods];
    }

    private static string Accessors(PropertyInfo property)
    {
        var setter = property.SetMethod;
        var isInit = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)) == true;
        var required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? "required; " : "";
        return required + "get;" + (setter is not { IsPublic: true } ? "" : isInit ? " init;" : " set;");
    }

    private static string Signature(MethodInfo method) =>
        $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnParameter)} {method.Name}({Parameters(method)})";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")}"));

    private static string Name(ParameterInfo parameter) => Name(Nullability.Create(parameter));

    private static string Name(PropertyInfo property) => Name(Nullability.Create(property));

    private static string Name(NullabilityInfo info)
    {
        var mark = info.ReadState == NullabilityState.Nullable && Nullable.GetUnderlyingType(info.Type) is null ? "?" : "";
        return info.GenericTypeArguments is { Length: > 0 } arguments && Nullable.GetUnderlyingType(info.Type) is null
            ? $"{BareName(info.Type)}<{string.Join(", ", arguments.Select(Name))}>{mark}"
            : Name(info.Type) + mark;
    }

    private static string Name(Type type) => type switch
    {
        _ when Nullable.GetUnderlyingType(type) is { } inner => Name(inner) + "?",
        { IsGenericType: true } => $"{BareName(type)}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>",
        _ => type.Name,
    };

    private static string BareName(Type type) => type.Name.Split('`')[0];
}
