using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crux.Node;

namespace Crux.Daemon.Tests;

/// <summary>What <c>deploy/</c> says is what the daemon does.</summary>
public sealed partial class InstallTests
{
    private static readonly string Folder = Path.Combine(Root(), "deploy");
    private static readonly string[] Settings = [.. typeof(CruxNodeOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(it => it.CanWrite).Select(it => it.Name).Order(StringComparer.Ordinal)];

    [GeneratedRegex("`(?<key>[A-Z][A-Za-z]+)`")]
    private static partial Regex Key { get; }

    [Fact]
    public void The_guide_names_every_setting_and_no_other()
    {
        var guide = File.ReadAllText(Path.Combine(Folder, "README.md"));
        var start = guide.IndexOf("All keys of section `Crux`:", StringComparison.Ordinal);
        var told = guide[start..guide.IndexOf("Each can come from the environment", StringComparison.Ordinal)];
        Assert.Equal(Settings, Key.Matches(told).Select(match => match.Groups["key"].Value).Where(key => key is not ("Crux" or "Trust" or "View")).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_settings_that_are_shipped_are_settings()
    {
        using var shipped = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "appsettings.json")));
        Assert.Equal([], shipped.RootElement.GetProperty("Crux").EnumerateObject().Select(it => it.Name).Except(Settings));
    }

    [Fact]
    public void The_unit_makes_the_folders_that_the_daemon_uses_where_nobody_says_otherwise()
    {
        var unit = Unit();
        var defaults = new CruxNodeOptions();
        Assert.Equal(defaults.StateDirectory, $"/var/lib/{unit["StateDirectory"]}");
        Assert.Equal(Path.GetDirectoryName(defaults.Socket), $"/run/{unit["RuntimeDirectory"]}");
        Assert.Equal("/usr/lib/crux/fulcrum run", unit["ExecStart"]);
        Assert.Equal(("crux", "", "yes"), (unit["User"], unit["CapabilityBoundingSet"], unit["NoNewPrivileges"]));
    }

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        // Where there is no systemd there is nobody to ask; the tests above hold everywhere.
        if (Array.Find(["/usr/bin/systemd-analyze", "/bin/systemd-analyze"], File.Exists) is not { } analyze)
            return;
        using var files = new DaemonFiles();
        var copy = Path.Combine(files.Directory, "fulcrum.service");
        await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(Path.Combine(Folder, "fulcrum.service"), Cancel)).Replace("/usr/lib/crux/fulcrum", "/bin/true", StringComparison.Ordinal), Cancel);
        using var verify = Process.Start(new ProcessStartInfo(analyze, ["verify", copy]) { RedirectStandardError = true })!;
        var said = await verify.StandardError.ReadToEndAsync(Cancel);
        await verify.WaitForExitAsync(Cancel);
        Assert.True(verify.ExitCode == 0 && !said.Contains("fulcrum.service", StringComparison.Ordinal), said);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Unit() => File.ReadLines(Path.Combine(Folder, "fulcrum.service"))
        .Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
        .Select(line => line.Split('=', 2)).GroupBy(it => it[0]).ToDictionary(it => it.Key, it => it.Last()[1]);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Crux.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Crux.slnx is in no folder above the tests.");
        return folder;
    }
}
