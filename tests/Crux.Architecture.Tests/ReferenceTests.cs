using System.Xml.Linq;

namespace Crux.Architecture.Tests;

/// <summary>Who may refer to whom. References go down only.</summary>
public sealed class ReferenceTests
{
    /// <summary>The table. To change it is to change the architecture: say why in an ADR.</summary>
    private static readonly SortedDictionary<string, string[]> Allowed = new()
    {
        ["Crux.Abstractions"] = [],
        ["Crux.Protos"] = [],
        ["Crux.Machines"] = ["Crux.Abstractions"],
        ["Crux.Simulator"] = ["Crux.Machines"],
        ["Crux.Client"] = ["Crux.Abstractions", "Crux.Protos"],
        ["Crux.Services"] = ["Crux.Machines", "Crux.Protos"],
        ["Crux.Node"] = ["Crux.Services"],
        ["Crux.Cli"] = ["Crux.Node", "Crux.Protos", "Crux.Simulator"],
        ["Crux.Daemon"] = ["Crux.Client", "Crux.Node"],
        ["Crux.Testing"] = ["Crux.Client", "Crux.Node", "Crux.Simulator"],
    };

    /// <summary>What a machine may be built of: values, collections, and the arithmetic of cryptography.</summary>
    private static readonly string[] MachineMayUse =
    [
        "System.Runtime", "System.Collections", "System.Collections.Immutable", "System.Linq", "System.Memory", "System.Numerics.Vectors",
        "System.Runtime.Intrinsics", "System.Runtime.InteropServices", "System.Security.Cryptography", "System.Net.Primitives",
        "System.Runtime.Extensions", "System.Diagnostics.DiagnosticSource", "System.IO.Hashing", "System.ComponentModel.Annotations", "Crux.Abstractions",
    ];

    private static readonly string[] NotForMachines =
    [
        "System.IO.", "System.Net.Sockets.", "System.Net.Http.", "System.Threading.", "System.Diagnostics.Process", "System.Console.",
        "System.DateTime.", "System.TimeProvider.", "System.Random.", "Microsoft.", "Grpc.", "Google.",
    ];

    public static TheoryData<string> Names => [.. Allowed.Keys];

    [Theory, MemberData(nameof(Names))]
    public void A_project_refers_to_what_the_table_says(string project)
    {
        var stated = XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
        Assert.Equal(Allowed[project].Order(StringComparer.Ordinal), stated.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Names))]
    public void A_compiled_assembly_uses_nothing_beyond_what_the_table_reaches(string project)
    {
        var reached = Below(project).ToHashSet();
        var used = CompiledAssembly.Of(project).Assemblies.Where(name => name.StartsWith("Crux.", StringComparison.Ordinal) || name is "crux" or "fulcrum");
        Broken.None(used.Where(name => !reached.Contains(name)), $"{project} may use only {string.Join(", ", reached)}:");
    }

    [Fact]
    public void Every_project_in_src_is_in_the_table()
    {
        var there = Repository.Projects.Where(file => file.StartsWith("src/", StringComparison.Ordinal)).Select(Path.GetFileNameWithoutExtension);
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal)!);
    }

    [Fact]
    public void Samples_and_benchmarks_see_what_a_stranger_sees()
    {
        // A sample is copied by readers: it may use the contract, the client and the test host, and nothing of the node.
        string[] public_ = ["Crux.Abstractions", "Crux.Client", "Crux.Protos", "Crux.Testing"];
        var breaches =
            from file in Repository.Projects
            where file.StartsWith("samples/", StringComparison.Ordinal)
            from reference in XDocument.Parse(Repository.Read(file)).Descendants("ProjectReference")
            let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)
            where Allowed.ContainsKey(target) && !public_.Contains(target)
            select $"{file} refers to {target}";
        Broken.None(breaches, "A sample uses Abstractions, Protos, Client and Testing only:");
    }

    [Fact]
    public void Machines_are_built_of_values_and_nothing_that_does_io()
    {
        var machines = CompiledAssembly.Of("Crux.Machines");
        Broken.None(machines.Assemblies.Where(name => !MachineMayUse.Contains(name)), "Crux.Machines refers to an assembly that a machine has no use for:");
        Broken.None(
            machines.Types.Where(type => NotForMachines.Any(prefix => (type + ".").StartsWith(prefix, StringComparison.Ordinal))),
            "Crux.Machines uses a type that waits, reads a clock or does IO:");
    }

    [Fact]
    public void The_machines_wall_is_kept_by_the_compiler_too()
    {
        var project = Repository.Read("src/Crux.Machines/Crux.Machines.csproj");
        Assert.Contains("Microsoft.CodeAnalysis.BannedApiAnalyzers", project, StringComparison.Ordinal);
        Assert.Contains("BannedSymbols.txt", project, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Below(string project) => Allowed[project].SelectMany(next => Below(next).Prepend(next)).Distinct();
}
