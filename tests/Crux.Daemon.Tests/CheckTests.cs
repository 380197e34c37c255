using System.Text.Json;

namespace Crux.Daemon.Tests;

public sealed class CheckTests : IDisposable
{
    private readonly DaemonFiles _files = new();

    [Fact]
    public async Task A_machine_that_can_run_a_node_is_told_so_and_nothing_is_left_behind()
    {
        await using var check = FulcrumProcess.Start(_files.Directory, _files.Flags("check", 1));
        Assert.Equal(0, await check.Exit());
        await check.Says("This machine can run a node.");
        Assert.Equal([_files.FlockFilePath], Directory.GetFileSystemEntries(_files.Directory));
    }

    [Fact]
    public async Task Everything_wrong_is_told_at_once_with_its_remedy()
    {
        File.SetUnixFileMode(_files.FlockFilePath, File.GetUnixFileMode(_files.FlockFilePath) | UnixFileMode.OtherRead);
        await using var check = FulcrumProcess.Start(
            _files.Directory,
            ["check", "--flock", "mill", "--flock-file", _files.FlockFilePath, "--address", "192.0.2.1", "--state", "/proc/crux", "--json"]);
        Assert.Equal(3, await check.Exit());
        using var report = JsonDocument.Parse(check.Output);
        Assert.False(report.RootElement.GetProperty("ok").GetBoolean());
        var failed = report.RootElement.GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("verdict").GetString() == "fail")
            .ToDictionary(finding => finding.GetProperty("check").GetString()!, finding => finding.GetProperty("text").GetString()!);
        Assert.Contains("--bloc", failed["configuration"], StringComparison.Ordinal);
        Assert.Contains("chmod 600", failed["flock file"], StringComparison.Ordinal);
        Assert.Contains("--address", failed["address"], StringComparison.Ordinal);
        Assert.Contains("--state", failed["state"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_runs_already_is_found_by_its_ports_and_its_socket()
    {
        await using var running = FulcrumProcess.Start(_files.Directory, _files.Flags("run", 1));
        await running.Says("serves on");
        await using var check = FulcrumProcess.Start(_files.Directory, _files.Flags("check", 1));
        Assert.Equal(3, await check.Exit());
        await check.Says("ss -ulpn");
        await check.Says("ss -tlpn");
        await check.Says("A fulcrum answers on");
    }

    [Fact]
    public async Task A_typing_error_in_a_setting_is_a_warning()
    {
        await using var check = FulcrumProcess.Start(_files.Directory, _files.Flags("check", 1), ("CRUX__RAKC", "r1"), ("CRUX__RESCANPERIOD", "00:00:05"));
        Assert.Equal(0, await check.Exit());
        await check.Says("Nobody reads Crux:RAKC");
        Assert.DoesNotContain("RESCANPERIOD", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contacts_of_flags_replace_those_of_the_configuration_and_the_own_address_is_passed_over()
    {
        await using var check = FulcrumProcess.Start(
            _files.Directory,
            [.. _files.Flags("check", 1), "--contact", "127.9.0.7", "--contact", "127.9.0.8:4000", "--contact", _files.AddressOf(1)],
            ("CRUX__CONTACTS__0", "127.9.0.9"));
        Assert.Equal(0, await check.Exit());
        await check.Says("and at 127.9.0.7:23123, 127.9.0.8:4000.");
    }

    [Fact]
    public async Task A_contact_that_the_flock_cannot_speak_to_is_told()
    {
        await using var check = FulcrumProcess.Start(_files.Directory, _files.Flags("check", 1), ("CRUX__CONTACTS__0", "fe80::1"));
        Assert.Equal(3, await check.Exit());
        await check.Says("'fe80::1' is an IPv6 address of one link");
    }

    public void Dispose() => _files.Dispose();
}
