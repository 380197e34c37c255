using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Crux.Architecture.Tests;

/// <summary>What a built assembly refers to, read from its metadata without loading it.</summary>
internal sealed record CompiledAssembly(IReadOnlySet<string> Assemblies, IReadOnlySet<string> Types)
{
    public static CompiledAssembly Of(string project)
    {
        var name = project switch { "Crux.Daemon" => "fulcrum", "Crux.Cli" => "crux", _ => project };
        var path = Path.Combine(Repository.Root, "src", project, "bin", Repository.Configuration, "net10.0", $"{name}.dll");
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        return new CompiledAssembly(
            metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name)).ToHashSet(),
            metadata.TypeReferences.Select(metadata.GetTypeReference)
                .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}").ToHashSet());
    }
}
