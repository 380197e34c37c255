namespace Crux.Cli.Text;

/// <summary>The order of names that people expect: <c>node2</c> before <c>node10</c>.</summary>
internal static class NaturalOrder
{
    // The framework's numeric ordering needs ICU, which we run without.
    public static Comparer<string> Instance { get; } = Comparer<string>.Create(InstanceName.CompareVersions);
}
