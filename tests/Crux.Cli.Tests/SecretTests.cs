using Crux.Node.Security;

namespace Crux.Cli.Tests;

public sealed class SecretTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task It_makes_a_pair_that_only_its_owner_can_read()
    {
        using var folder = new TemporaryFolder();
        var run = await Transcript.OfAsync("secret", "new", "prod", "--out", folder.Path);
        Assert.Equal(ExitCode.Ok, run.Code);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder.At("prod.flock")));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(folder.At("prod.operator")));
        var flock = FlockFile.Read(folder.At("prod.flock"));
        using var key = OperatorKey.Read(folder.At("prod.operator"));
        Assert.Equal(key.PublicKey, flock.OperatorPublicKey.ToArray());
        Assert.Contains(flock.Fingerprint, run.Out, StringComparison.Ordinal);
        Assert.Contains("fulcrum run --flock prod", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(flock.Secret.Span), run.Out + run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prod.flock")]
    [InlineData("prod.operator")]
    public async Task It_overwrites_nothing_and_leaves_no_half_pair(string there)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At(there), "old", TestContext.Current.CancellationToken);
        var run = await Transcript.OfAsync("secret", "new", "prod", "--out", folder.Path);
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("is not overwritten", run.Error, StringComparison.Ordinal);
        Assert.Equal([folder.At(there)], Directory.GetFiles(folder.Path));
        Assert.Equal("old", await File.ReadAllTextAsync(folder.At(there), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_folder_that_is_missing_comes_with_how_to_make_it()
    {
        using var folder = new TemporaryFolder();
        var run = await Transcript.OfAsync("secret", "new", "prod", "--out", folder.At("nowhere"));
        Assert.Equal(ExitCode.Refused, run.Code);
        Assert.Contains("mkdir -m 700 -p", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_can_not_be_a_flocks_is_refused()
    {
        var run = await Transcript.OfAsync("secret", "new", "../prod");
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(NameRules.InWords, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_json_it_names_the_files_and_no_secret()
    {
        using var folder = new TemporaryFolder();
        var json = (await Transcript.OfAsync("secret", "new", "--out", folder.Path, "--json")).Json;
        Assert.Equal(folder.At("flock.flock"), json.GetProperty("flockFile").GetString());
        Assert.Equal(folder.At("flock.operator"), json.GetProperty("operatorKeyFile").GetString());
        Assert.Equal(["name", "flockFile", "operatorKeyFile", "fingerprint"], json.EnumerateObject().Select(it => it.Name));
    }
}
