using Ahenk.FileTransfer.Tests;

[assembly: AssemblyFixture(typeof(SshServerFixture))]
