using System.Diagnostics;
using System.Text;
using Crux.Node.Security;

namespace Crux.Node.Tests.Security;

public sealed class FlockFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();
    private readonly OperatorKey _operator = OperatorKey.Create();

    [Fact]
    public void What_was_written_is_read_back()
    {
        var made = FlockFile.Create(_operator.PublicKey);
        made.Write(_directory["mill.flock"]);
        var read = FlockFile.Read(_directory["mill.flock"]);
        Assert.Equal(made.Secret.ToArray(), read.Secret.ToArray());
        Assert.Equal(_operator.PublicKey, read.OperatorPublicKey.ToArray());
        Assert.Equal(made.Fingerprint, read.Fingerprint);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory["mill.flock"]));
    }

    [Fact]
    public void Two_files_have_two_secrets() =>
        Assert.NotEqual(FlockFile.Create(_operator.PublicKey).Fingerprint, FlockFile.Create(_operator.PublicKey).Fingerprint);

    [Fact]
    public void A_file_that_only_its_owner_may_read_will_do()
    {
        var path = Written(OwnerOnly & ~UnixFileMode.UserWrite);
        Assert.Equal(FlockFile.SecretBytes, FlockFile.Read(path).Secret.Length);
    }

    [Fact]
    public void A_missing_file_is_said_to_be_missing_and_how_to_make_one() =>
        Refused(_directory["none.flock"], FlockFileFault.Missing, "crux secret new");

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# only a remark\n")]
    public void An_empty_file_is_said_to_be_empty(string content) =>
        Refused(_directory.Write("e.flock", content), FlockFileFault.Empty, "Copy it again");

    [Fact]
    public void A_file_of_another_version_names_both_versions()
    {
        var path = _directory.Write("v.flock", File.ReadAllText(Written()).Replace("crux-flock 1", "crux-flock 7", StringComparison.Ordinal));
        Refused(path, FlockFileFault.OtherVersion, "'7'", "version 1");
    }

    [Theory]
    [InlineData("hello world\n")]
    [InlineData("-----BEGIN PRIVATE KEY-----\n")]
    public void Another_kind_of_file_is_told_apart(string content) =>
        Refused(_directory.Write("o.flock", content), FlockFileFault.NotAFlockFile, "NAME.flock");

    [Fact]
    public void A_directory_or_a_huge_file_is_no_flock_file()
    {
        Directory.CreateDirectory(_directory["d.flock"]);
        Refused(_directory["d.flock"], FlockFileFault.NotAFlockFile, "directory");
        Refused(_directory.Write("h.flock", new string('x', FlockFile.MaxFileBytes + 1)), FlockFileFault.NotAFlockFile, "bytes");
    }

    [Fact]
    public void Every_damaged_byte_is_found()
    {
        var whole = File.ReadAllBytes(Written());
        // Remarks are for people: damage to them is none.
        var lines = Encoding.ASCII.GetString(whole).Split('\n');
        var remark = Encoding.ASCII.GetString(whole).IndexOf('#', StringComparison.Ordinal);
        var remarkEnd = remark + lines.First(line => line.StartsWith('#')).Length;
        for (var at = 0; at < whole.Length - 1; at++)
        {
            if (at >= remark && at <= remarkEnd)
                continue;
            var damaged = whole.ToArray();
            damaged[at] = damaged[at] == (byte)'A' ? (byte)'B' : (byte)'A';
            var path = _directory.Write($"{at}.flock", Encoding.ASCII.GetString(damaged));
            Assert.Throws<FlockFileException>(() => FlockFile.Read(path));
        }
    }

    [Fact]
    public void A_file_that_was_cut_anywhere_is_refused()
    {
        var whole = File.ReadAllText(Written());
        for (var length = 1; length < whole.TrimEnd().Length; length++)
        {
            var path = _directory.Write($"{length}.flock", whole[..length]);
            Assert.Throws<FlockFileException>(() => FlockFile.Read(path));
        }
    }

    [Fact]
    public void Damage_is_said_without_the_secret()
    {
        var text = File.ReadAllText(Written());
        var secret = text.Split('\n').Single(line => line.StartsWith("secret: ", StringComparison.Ordinal))["secret: ".Length..];
        var path = _directory.Write("x.flock", text.Replace(secret, $"{secret[..10]}!{secret[11..]}", StringComparison.Ordinal));
        var message = Refused(path, FlockFileFault.Damaged, "damaged");
        Assert.DoesNotContain(secret[..8], message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_may_touch_is_refused_with_the_chmod_to_run(UnixFileMode extra) =>
        Refused(Written(OwnerOnly | extra), FlockFileFault.Exposed, "chmod 600", "crux secret new");

    [Fact]
    public void A_file_that_anybody_could_replace_is_refused()
    {
        var open = Directory.CreateDirectory(_directory["open"]).FullName;
        FlockFile.Create(_operator.PublicKey).Write(Path.Combine(open, "mill.flock"));
        File.SetUnixFileMode(open, (UnixFileMode)Convert.ToInt32("777", 8));
        Refused(Path.Combine(open, "mill.flock"), FlockFileFault.Exposed, "chmod o-w");
    }

    [Fact]
    public void Only_root_and_the_own_user_are_trusted_owners()
    {
        Assert.True(SecretFile.Trusts(owner: 0, us: 1000));
        Assert.True(SecretFile.Trusts(owner: 1000, us: 1000));
        Assert.False(SecretFile.Trusts(owner: 1001, us: 1000));
        Assert.False(SecretFile.Trusts(owner: 1000, us: 0));
    }

    [Fact]
    public void A_file_of_another_user_is_refused_with_the_chown_to_run()
    {
        var path = Written();
        if (!TryGiveAway(path))
            return; // Only root can give a file away; the rule itself is tested above.
        Refused(path, FlockFileFault.ForeignOwner, "chown");
    }

    [Fact]
    public void A_file_that_is_there_is_not_written_over()
    {
        var path = Written();
        var before = File.ReadAllText(path);
        var problem = Assert.Throws<IOException>(() => FlockFile.Create(_operator.PublicKey).Write(path));
        Assert.Contains("there already", problem.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(path));
    }

    public void Dispose()
    {
        _operator.Dispose();
        _directory.Dispose();
    }

    private string Written(UnixFileMode mode = OwnerOnly)
    {
        var path = _directory[$"{Path.GetRandomFileName()}.flock"];
        FlockFile.Create(_operator.PublicKey).Write(path);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private static bool TryGiveAway(string path)
    {
        var start = new ProcessStartInfo("chown", ["12345", path]) { RedirectStandardError = true };
        using var chown = Process.Start(start)!;
        chown.WaitForExit();
        return chown.ExitCode == 0;
    }

    private static string Refused(string path, FlockFileFault fault, params string[] words)
    {
        var refused = Assert.Throws<FlockFileException>(() => FlockFile.Read(path));
        Assert.Equal(fault, refused.Fault);
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
        return refused.Message;
    }
}
