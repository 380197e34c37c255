namespace Crux.Architecture.Tests;

/// <summary>Fails with every breach at once, so that one run shows the whole list.</summary>
internal static class Broken
{
    public static void None(IEnumerable<string> breaches, string rule)
    {
        var found = breaches.ToList();
        Assert.True(found.Count == 0, $"{rule}\n{string.Join('\n', found.Select(breach => $"  {breach}"))}");
    }
}
